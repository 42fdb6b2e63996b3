import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { hasCode } from './errors.ts';
import { isMarkAlive, newMark } from './processes.ts';

const WAIT_MS = 120_000;
const STEP_MS = 50;
/** Between making the file and filling it no live process takes so long. */
const FILL_MS = 5_000;

/**
 * Lets one call at a time initialise, start, take over or stop the server. A dead holder's lock is taken from it.
 * It spares the processes each other's errors; that no two servers ever run on one cluster, PostgreSQL sees to itself.
 */
export const withLock = async <T>(path: string, work: () => Promise<T>): Promise<T> => {
  const mark = newMark();
  const deadline = performance.now() + WAIT_MS;
  while (!tryLock(path, mark)) {
    if (performance.now() > deadline) throw new Error(`another process has held ${path} for two minutes`);
    await setTimeout(STEP_MS);
  }
  try {
    return await work();
  } finally {
    rmSync(path, { force: true });
  }
};

const tryLock = (path: string, mark: string): boolean => {
  try {
    writeFileSync(path, mark, { flag: 'wx' });
    return true;
  } catch (cause) {
    if (hasCode(cause, 'ENOSPC')) rmSync(path, { force: true });
    if (!hasCode(cause, 'EEXIST')) throw cause;
  }
  const holder = readIfThere(path);
  if (holder !== null && isAbandoned(path, holder)) takeAway(path, holder, mark);
  return false;
};

const isAbandoned = (path: string, holder: string): boolean => {
  if (holder !== '') return !isMarkAlive(holder);
  const age = statSync(path, { throwIfNoEntry: false });
  return age !== undefined && Date.now() - age.mtimeMs > FILL_MS;
};

/** By renaming, so that of several who see the same dead holder one removes it, and none a later holder's lock. */
const takeAway = (path: string, holder: string, mark: string): void => {
  const aside = `${path}.${mark.split(' ').at(-1)}`;
  try {
    renameSync(path, aside);
  } catch (cause) {
    if (hasCode(cause, 'ENOENT')) return;
    throw cause;
  }
  if (readIfThere(aside) === holder) rmSync(aside, { force: true });
  else renameSync(aside, path);
};

const readIfThere = (path: string): string | null => {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    if (hasCode(cause, 'ENOENT')) return null;
    throw cause;
  }
};
