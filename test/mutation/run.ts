import { spawn } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SeededBug } from './seeded-bug.ts';
import { SEEDED_BUGS } from './seeded-bugs.ts';

const TEST = dirname(dirname(fileURLToPath(import.meta.url)));
const CORE = join(TEST, '../core/src');
const JEST = join(TEST, '../node_modules/jest/bin/jest.js');

/** A run that takes longer than this goes round in circles. */
const PATIENCE_MS = 300_000;

type Verdict = { readonly status: 'killed' | 'survived' | 'not-run'; readonly because: string };

type Assertion = { readonly fullName: string; readonly status: string };

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);

/** What the tests of a file whose names match say of the core in `core`; null when they took too long. */
const assertionsOf = async (file: string, names: string, core: string): Promise<readonly Assertion[] | null> => {
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
      names,
      file,
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

/** In a copy of the core that is gone afterwards. */
const inCopy = async <T>(work: (core: string) => Promise<T>): Promise<T> => {
  const core = await mkdtemp(join(tmpdir(), 'seeded-bug-'));
  try {
    await cp(CORE, core, { recursive: true });
    return await work(core);
  } finally {
    await rm(core, { recursive: true, force: true });
  }
};

const seed = async ({ name, file, find, replace }: SeededBug, core: string): Promise<void> => {
  const path = join(core, file);
  const text = await readFile(path, 'utf8');
  if (text.split(find).length !== 2) throw new Error(`"${name}": its text is not exactly once in ${file}`);
  await writeFile(
    path,
    text.replace(find, () => replace),
  );
};

/** The names of the tests of a file that pass without any bug: one that fails anyway proves nothing. */
const soundTests = async (file: string): Promise<ReadonlySet<string>> => {
  const assertions = await inCopy((core) => assertionsOf(file, '', core));
  return new Set(assertions?.filter(({ status }) => status === 'passed').map(({ fullName }) => fullName));
};

const verdictOn = (bug: SeededBug, sound: ReadonlySet<string>): Promise<Verdict> =>
  inCopy(async (core) => {
    const { file, test } = bug.killedBy;
    if (!sound.has(test)) return { status: 'not-run', because: `"${test}" fails or is missing without the bug` };
    await seed(bug, core);
    const assertions = await assertionsOf(file, `^${escaped(test)}$`, core);
    if (assertions === null) return { status: 'killed', because: `"${test}" never ends` };
    if (assertions.length === 0) return { status: 'not-run', because: 'the core can not be loaded with it' };
    return assertions.some(({ status }) => status === 'failed')
      ? { status: 'killed', because: `by "${test}"` }
      : { status: 'survived', because: `"${test}" passes` };
  });

/** `node test/mutation/run.ts [part of a name …]`: exit status 0 when each bug is killed by its own test. */
const main = async (parts: readonly string[]): Promise<void> => {
  const bugs = SEEDED_BUGS.filter(({ name }) => parts.length === 0 || parts.some((part) => name.includes(part)));
  const sound = new Map<string, ReadonlySet<string>>();
  let killed = 0;
  for (const bug of bugs) {
    const { file } = bug.killedBy;
    const passing = sound.get(file) ?? (await soundTests(file));
    sound.set(file, passing);
    const { status, because } = await verdictOn(bug, passing);
    if (status === 'killed') killed += 1;
    process.stdout.write(`${status.padEnd(8)} ${bug.name}: ${because}\n`);
  }
  process.stdout.write(`${killed} of ${bugs.length} killed\n`);
  process.exitCode = killed === bugs.length && bugs.length > 0 ? 0 : 1;
};

await main(process.argv.slice(2));
