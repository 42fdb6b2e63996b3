import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { dirname, join } from 'node:path';
import { SourceTextModule, createContext } from 'node:vm';
import { describe, expect, test } from '@jest/globals';
import { ROOT, type Source, readJson, sourcesIn } from './sources.ts';

const AMBIENT = [
  /\bDate\.now\(/,
  /\bnew Date\(\)/,
  /\bMath\.random\(/,
  /(?<![.\w])(process|globalThis|console|fetch|crypto|performance|setTimeout|setInterval|queueMicrotask|structuredClone)\s*[.([]/,
  /@[A-Z]\w+\(/,
];

const withoutComments = (text: string): string => text.replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '');

const impurities = ({ path, text }: Source): readonly string[] =>
  AMBIENT.filter((pattern) => pattern.test(withoutComments(text))).map(
    (pattern) => `${path} matches ${pattern.source}`,
  );

const classes = ({ path, text }: Source): readonly string[] =>
  [...text.matchAll(/\bclass (\w+)( extends Error)?/g)]
    .filter(([, , isError]) => !isError)
    .map(([, name]) => `${path} has class ${name}`);

/** Loads a file and what it imports into a context with the language and nothing else. */
const loadBare = async (entry: string): Promise<SourceTextModule> => {
  const context = createContext(Object.create(null), { codeGeneration: { strings: false, wasm: false } });
  const loaded = new Map<string, SourceTextModule>();
  const load = (path: string): SourceTextModule => {
    const known = loaded.get(path);
    if (known !== undefined) return known;
    const module = new SourceTextModule(stripTypeScriptTypes(readFileSync(path, 'utf8')), {
      context,
      identifier: path,
    });
    loaded.set(path, module);
    return module;
  };
  const module = load(entry);
  await module.link((specifier, from) => load(join(dirname(from.identifier), specifier)));
  await module.evaluate();
  return module;
};

describe('the core', () => {
  test('has no dependency', () => {
    const { dependencies, devDependencies, peerDependencies } = readJson('core/package.json');
    expect([dependencies, devDependencies, peerDependencies]).toEqual([undefined, undefined, undefined]);
  });

  test('reads no ambient time, chance or I/O, and decorates nothing', () => {
    expect(sourcesIn('core').flatMap(impurities)).toEqual([]);
  });

  test('has no classes but errors', () => {
    expect(sourcesIn('core').flatMap(classes)).toEqual([]);
  });

  test('loads where there is nothing but the language', async () => {
    const core = await loadBare(join(ROOT, 'core/src/index.ts'));
    expect(Object.keys(core.namespace)).toEqual(['createCore']);
  });

  test.each([
    'const now = Date.now();',
    'const now = new Date();',
    'const id = Math.random();',
    'setTimeout(() => undefined, 1);',
    "const secret = process.env['SECRET'];",
    '@Injectable() export const x = 1;',
  ])('%j is caught', (text) => {
    expect(impurities({ path: 'core/src/x.ts', text })).toHaveLength(1);
  });

  test('a class that is no error is caught', () => {
    expect(classes({ path: 'core/src/x.ts', text: 'export class Play {}\nclass Bug extends Error {}' })).toHaveLength(
      1,
    );
  });
});
