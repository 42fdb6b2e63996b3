import { describe, expect, test } from '@jest/globals';
import { type Source, importsOf, sourcesIn } from './sources.ts';

/** What each layer may name in an import beyond its own files (architecture.md, Layout). First match wins. */
const RULES: readonly { readonly from: RegExp; readonly may: RegExp; readonly because: string }[] = [
  { from: /^core\//, may: /^$/, because: 'the core depends on nothing' },
  { from: /^contracts\//, may: /^typebox(\/|$)|^node:/, because: 'clients share the contracts' },
  { from: /^adapters\/memory\//, may: /^@backline\/core(\/|$)/, because: 'it works in any runtime' },
  {
    from: /^adapters\/recommender\//,
    may: /^@backline\/(core(\/|$)|contracts\/recommender$)|^(?!@backline\/|inversify|koa|@koa\/)/,
    because: 'it speaks by the engine’s contract',
  },
  {
    from: /^adapters\//,
    may: /^@backline\/core(\/|$)|^(?!@backline\/|inversify|koa|@koa\/)/,
    because: 'adapters never import adapters',
  },
  {
    from: /^apps\/composition\//,
    may: /^@backline\/(?!http|worker|ops|platform)|^inversify$|^reflect-metadata$|^pino$|^node:/,
    because: 'it is the composition root',
  },
  {
    from: /^apps\/http\//,
    may: /^@backline\/(core|contracts|composition)(\/|$)|^koa$|^@koa\/|^koa-helmet$|^@fastify\/busboy$|^rate-limiter-flexible$|^prom-client$|^pino$|^typebox$|^node:/,
    because: 'an app sees tokens and the core, never an adapter',
  },
  {
    from: /^apps\/(worker|ops)\//,
    may: /^@backline\/(core|composition)(\/|$)|^pino$|^node:/,
    because: 'an app sees tokens and the core, never an adapter',
  },
  {
    from: /^apps\/platform\//,
    may: /^@backline\/(composition|http|worker)$|^node:/,
    because: 'it only runs the apps together',
  },
];

/** Who may look at whom among the core's contexts; the kernel is everyone's. */
const CONTEXTS: { readonly [context: string]: readonly string[] } = {
  kernel: [],
  accounts: ['kernel'],
  catalog: ['kernel', 'accounts'],
  playback: ['kernel', 'accounts', 'catalog'],
  subscriptions: ['kernel', 'accounts'],
  payout: ['kernel', 'accounts', 'catalog', 'playback', 'subscriptions'],
  discovery: ['kernel', 'accounts', 'catalog', 'playback'],
};

const layerViolations = (source: Source): readonly string[] => {
  const rule = RULES.find(({ from }) => from.test(source.path));
  if (rule === undefined) return [`${source.path}: no rule covers it`];
  return importsOf(source)
    .filter((name) => !name.startsWith('.') && !rule.may.test(name))
    .map((name) => `${source.path} imports ${name}, but ${rule.because}`);
};

const contextViolations = (source: Source): readonly string[] => {
  const context = /^core\/src\/([^/]+)\//.exec(source.path)?.[1];
  if (context === undefined) return [];
  const allowed = CONTEXTS[context];
  if (allowed === undefined) return [`${source.path}: no such context`];
  return importsOf(source).flatMap((name) => {
    const [, other, file] = /^\.\.\/([^/]+)\/(.+)$/.exec(name) ?? [];
    if (other === undefined) return [];
    if (file !== 'index.ts') return [`${source.path} reaches past the index of ${other}`];
    return allowed.includes(other) ? [] : [`${source.path} imports ${other}, which ${context} never hears of`];
  });
};

const onlyTestsImportTests = (source: Source): readonly string[] =>
  importsOf(source)
    .filter((name) => /(^|\/)test\//.test(name) || name.startsWith('@backline/test'))
    .map((name) => `${source.path} imports ${name}`);

const violations = (source: Source): readonly string[] => [
  ...layerViolations(source),
  ...contextViolations(source),
  ...onlyTestsImportTests(source),
];

describe('imports', () => {
  test.each(['core', 'contracts', 'adapters', 'apps'])('of %s stay within their layer', (folder) => {
    const sources = sourcesIn(folder);
    expect(sources.length).toBeGreaterThan(5);
    expect(sources.flatMap(violations)).toEqual([]);
  });

  test.each([
    ['core/src/payout/x.ts', "import { Container } from 'inversify';"],
    ['core/src/payout/x.ts', "import type { T } from '@backline/contracts/http';"],
    ['core/src/payout/x.ts', "import { readFileSync } from 'node:fs';"],
    ['core/src/payout/x.ts', "import { a } from '../catalog/track.ts';"],
    ['core/src/catalog/x.ts', "import type { RateVersion } from '../payout/index.ts';"],
    ['core/src/royalties/x.ts', ''],
    ['contracts/src/x.ts', "import type { Core } from '@backline/core';"],
    ['adapters/memory/src/x.ts', "import { randomUUID } from 'node:crypto';"],
    ['adapters/auth/src/x.ts', "import { x } from '@backline/mikro-orm';"],
    ['adapters/recommender/src/x.ts', "import { x } from '@backline/contracts/http';"],
    ['adapters/jobs/src/x.ts', "export { x } from '@backline/contracts/http';"],
    ['apps/http/src/x.ts', "const x = await import('@backline/mikro-orm');"],
    ['apps/worker/src/x.ts', "import Koa from 'koa';"],
    ['apps/composition/src/x.ts', "import { startHttp } from '@backline/http';"],
    ['apps/new/src/x.ts', ''],
  ])('%s with %j is caught', (path, text) => {
    expect(violations({ path, text })).toHaveLength(1);
  });
});
