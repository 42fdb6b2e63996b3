import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { SEEDED_BUGS } from './seeded-bugs.ts';

const CORE = join(import.meta.dirname, '../../core/src');

describe('seeded bugs', () => {
  test('are many, each under a name of its own', () => {
    expect(SEEDED_BUGS.length).toBeGreaterThanOrEqual(20);
    expect(new Set(SEEDED_BUGS.map(({ name }) => name)).size).toBe(SEEDED_BUGS.length);
  });

  test.each(SEEDED_BUGS.map((bug) => [bug.name, bug] as const))(
    '%s: can still be made',
    (_, { file, find, replace }) => {
      expect(readFileSync(join(CORE, file), 'utf8').split(find)).toHaveLength(2);
      expect(replace).not.toBe(find);
    },
  );
});
