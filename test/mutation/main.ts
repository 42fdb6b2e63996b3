import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');

/** Runs a program to its end; whether it ended well. */
const succeeds = (command: string, args: readonly string[]): boolean =>
  spawnSync(command, args, { cwd: ROOT, stdio: 'inherit' }).status === 0;

const seededBugs = (names: readonly string[]): boolean =>
  succeeds(process.execPath, ['--conditions=@backline/source', join(import.meta.dirname, 'run.ts'), ...names]);

/** A file's own path, or its name in core/src/payout. */
const pathOf = (file: string): string => (file.includes('/') ? file : `core/src/payout/${file}.ts`);

const stryker = (files: readonly string[]): boolean => {
  const mutate = files.length === 0 ? [] : ['--mutate', files.map(pathOf).join(',')];
  return succeeds(join(ROOT, 'node_modules/.bin/stryker'), ['run', 'test/mutation/stryker.config.mjs', ...mutate]);
};

/** `npm run mutation`: the seeded bugs, then Stryker; `-- bugs [NAME …]` or `-- stryker [FILE …]`: one of them, or a part. */
const [what, ...which] = process.argv.slice(2);
const isWell =
  what === 'bugs' ? seededBugs(which) : what === 'stryker' ? stryker(which) : seededBugs([]) && stryker([]);
process.exitCode = isWell ? 0 : 1;
