import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const ROOT = import.meta.dirname;
const VENV = join(ROOT, '.venv');
const PYTHON = join(VENV, ...(process.platform === 'win32' ? ['Scripts', 'python.exe'] : ['bin', 'python']));
/** Written once the environment is whole, though empty yet. */
const MADE = join(VENV, 'made');
const LOCK = join(ROOT, '.venv.lock');
const OLDEST = 'import sys; raise SystemExit(sys.version_info < (3, 11))';
const CANDIDATES = ['python3.11', 'python3.12', 'python3.13', 'python3.14', 'python3', 'python'];

/** The first Python of 3.11 or newer that runs, `PYTHON` first; undefined if there is none. */
const findPython = () =>
  [process.env.PYTHON, ...CANDIDATES].find(
    (name) => name && spawnSync(name, ['-c', OLDEST], { stdio: 'ignore' }).status === 0,
  );

const lockOf = (extra) => join(ROOT, extra === undefined ? 'requirements.lock' : `requirements-${extra}.lock`);
const stampOf = (extra) => join(VENV, `installed-${extra ?? 'engine'}`);
const digest = (file) => createHash('sha256').update(readFileSync(file)).digest('hex');

const isInstalled = (extra) =>
  existsSync(PYTHON) && existsSync(stampOf(extra)) && readFileSync(stampOf(extra), 'utf8') === digest(lockOf(extra));

/** Runs with its output on stderr: stdout belongs to the command that is run later. Ends when told to stop. */
const run = async (command, args, stopping) => {
  const [status] = await once(spawn(command, args, { stdio: ['ignore', 2, 2], signal: stopping }), 'exit');
  if (status !== 0) throw new Error(`${command} ${args.slice(0, 3).join(' ')} failed`);
};

const lives = (pid) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
};

/** Whether the lock's holder is gone: dead, or never got to write its id. */
const isAbandoned = () => {
  try {
    const pid = Number(readFileSync(join(LOCK, 'pid'), 'utf8'));
    return !lives(pid);
  } catch {
    return existsSync(LOCK) && Date.now() - statSync(LOCK).mtimeMs > 10_000;
  }
};

const tryLock = () => {
  try {
    mkdirSync(LOCK);
    writeFileSync(join(LOCK, 'pid'), String(process.pid));
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
};

/** Two starts at once make the environment once: the second waits for the first. */
const locked = async (work, stopping) => {
  while (!tryLock()) {
    if (isAbandoned()) rmSync(LOCK, { recursive: true, force: true });
    else await sleep(200, undefined, { signal: stopping });
  }
  try {
    await work();
  } finally {
    rmSync(LOCK, { recursive: true, force: true });
  }
};

const install = async (extra, stopping) => {
  if (isInstalled(extra)) return;
  if (!existsSync(MADE)) {
    const python = findPython();
    if (python === undefined) throw new Error('the recommender needs Python 3.11 or newer, and none was found');
    await run(python, ['-m', 'venv', '--clear', VENV], stopping);
    writeFileSync(MADE, '');
  }
  const pip = ['-m', 'pip', 'install', '-q', '--disable-pip-version-check', '--require-hashes', '-r', lockOf(extra)];
  await run(PYTHON, pip, stopping);
  writeFileSync(stampOf(extra), digest(lockOf(extra)));
};

/**
 * The Python of the engine's own environment, made from the lock on first use and again when the lock changes.
 * Throws if there is no Python of 3.11 or newer, pip fails, or it is told to stop.
 *
 * @param extra 'dev' or 'spark' for what their locks add
 * @param stopping an AbortSignal: what is half made is made again by the next
 */
export const preparedPython = async (extra, stopping) => {
  if (!isInstalled(extra)) await locked(() => install(extra, stopping), stopping);
  return PYTHON;
};

/** For the engine's processes: where its sources are. */
export const engineEnvironment = () => ({
  ...process.env,
  PYTHONPATH: [join(ROOT, 'src'), process.env.PYTHONPATH]
    .filter(Boolean)
    .join(process.platform === 'win32' ? ';' : ':'),
});
