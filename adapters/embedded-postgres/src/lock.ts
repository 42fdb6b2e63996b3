import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { isAlive } from './processes.ts';

const WAIT_MS = 60_000;
const STEP_MS = 50;

/** Lets one process at a time initialise, start or take over the server. A dead holder's lock is taken from it. */
export const withLock = async <T>(path: string, work: () => Promise<T>): Promise<T> => {
  const deadline = Date.now() + WAIT_MS;
  while (!tryLock(path)) {
    if (Date.now() > deadline) throw new Error(`another process has held ${path} for a minute`);
    await setTimeout(STEP_MS);
  }
  try {
    return await work();
  } finally {
    rmSync(path, { force: true });
  }
};

const tryLock = (path: string): boolean => {
  try {
    writeFileSync(path, String(process.pid), { flag: 'wx' });
    return true;
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'EEXIST')) throw cause;
  }
  const holder = Number(readIfThere(path));
  if (holder > 0 && (holder === process.pid || !isAlive(holder))) rmSync(path, { force: true });
  return false;
};

const readIfThere = (path: string): string => {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return '';
    throw cause;
  }
};
