import { spawn } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SEEDED_BUGS, type SeededBug } from './seeded-bugs.ts';

const TEST = dirname(dirname(fileURLToPath(import.meta.url)));
const CORE = join(TEST, '../core/src');
const JEST = join(TEST, '../node_modules/jest/bin/jest.js');

/** A run that takes longer than this goes round in circles. */
const PATIENCE_MS = 180_000;

type Outcome =
  | { readonly status: 'killed' }
  /** No test failed, or the named one did not run. */
  | { readonly status: 'survived' | 'not-run'; readonly because: string };

type Assertion = { readonly fullName: string; readonly status: string };

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);

/** What the named test says of the core in `core`; null when it took too long. */
const assertionsOf = async ({ killedBy }: SeededBug, core: string): Promise<readonly Assertion[] | null> => {
  const report = join(core, 'report.json');
  const mapped = { '^@backline/core$': `${core}/index.ts`, '^@backline/core/(.*)$': `${core}/$1/index.ts` };
  const jest = spawn(
    process.execPath,
    [
      '--conditions=@backline/source',
      '--experimental-vm-modules',
      JEST,
      `--moduleNameMapper=${JSON.stringify(mapped)}`,
      '--json',
      `--outputFile=${report}`,
      '-t',
      `${escaped(killedBy.test)}$`,
      killedBy.file,
    ],
    { cwd: TEST, stdio: 'ignore', env: { ...process.env, TEST_DATABASE_URL: 'none' } },
  );
  const timer = setTimeout(() => jest.kill('SIGKILL'), PATIENCE_MS);
  await new Promise((resolve) => jest.once('close', resolve));
  clearTimeout(timer);
  if (jest.signalCode !== null) return null;
  const { testResults } = JSON.parse(await readFile(report, 'utf8')) as {
    testResults: { assertionResults: Assertion[] }[];
  };
  return testResults.flatMap(({ assertionResults }) => assertionResults).filter(({ status }) => status !== 'pending');
};

const withBug = async ({ name, file, find, replace }: SeededBug, core: string): Promise<void> => {
  const path = join(core, file);
  const text = await readFile(path, 'utf8');
  if (text.split(find).length !== 2) throw new Error(`"${name}": its text is not exactly once in ${file}`);
  await writeFile(
    path,
    text.replace(find, () => replace),
  );
};

/** The named test on a copy of the core, with the bug or without. */
const outcomeOf = async (bug: SeededBug, seeded: boolean): Promise<Outcome> => {
  const core = await mkdtemp(join(tmpdir(), 'seeded-bug-'));
  try {
    await cp(CORE, core, { recursive: true });
    if (seeded) await withBug(bug, core);
    const assertions = await assertionsOf(bug, core);
    if (assertions === null) return { status: 'killed' };
    const named = assertions.filter(({ fullName }) => fullName.endsWith(bug.killedBy.test));
    if (named.length === 0) return { status: 'not-run', because: `no test "${bug.killedBy.test}" ran` };
    return named.some(({ status }) => status === 'failed')
      ? { status: 'killed' }
      : { status: 'survived', because: `"${bug.killedBy.test}" passes` };
  } finally {
    await rm(core, { recursive: true, force: true });
  }
};

/** A test that fails without the bug proves nothing. */
const judge = async (bug: SeededBug, sound: Map<string, Outcome>): Promise<Outcome> => {
  const test = `${bug.killedBy.file} ${bug.killedBy.test}`;
  const without = sound.get(test) ?? (await outcomeOf(bug, false));
  sound.set(test, without);
  if (without.status !== 'survived')
    return { status: 'not-run', because: 'its test fails or is missing without the bug' };
  return outcomeOf(bug, true);
};

/** `node test/mutation/run.ts [part of a name …]`: exit status 0 when each bug is killed by its own test. */
const main = async (parts: readonly string[]): Promise<void> => {
  const bugs = SEEDED_BUGS.filter(({ name }) => parts.length === 0 || parts.some((part) => name.includes(part)));
  const sound = new Map<string, Outcome>();
  let killed = 0;
  for (const bug of bugs) {
    const outcome = await judge(bug, sound);
    if (outcome.status === 'killed') killed += 1;
    const because = outcome.status === 'killed' ? `by "${bug.killedBy.test}"` : outcome.because;
    process.stdout.write(`${outcome.status.padEnd(8)} ${bug.name}: ${because}\n`);
  }
  process.stdout.write(`${killed} of ${bugs.length} killed\n`);
  process.exitCode = killed === bugs.length && bugs.length > 0 ? 0 : 1;
};

await main(process.argv.slice(2));
