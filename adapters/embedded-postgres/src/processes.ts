import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { hasCode } from './errors.ts';

const STEP_MS = 25;

/** Tells this call from every other, of this process or another, even one that gets the same process id later. */
export const newMark = (): string => `${process.pid} ${birthOf(process.pid)} ${randomBytes(6).toString('hex')}`;

/** Whether the process that made the mark still runs. */
export const isMarkAlive = (mark: string): boolean => {
  const [pid = '', birth = ''] = mark.split(' ');
  return Number(pid) > 0 && isAlive(Number(pid)) && birthOf(Number(pid)) === birth;
};

export const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (cause) {
    return hasCode(cause, 'EPERM');
  }
};

/** When the process began, in the system's own words without spaces; empty if there is none. */
const birthOf = (pid: number): string => {
  if (process.platform === 'win32') return '-';
  if (process.platform !== 'linux') return ask('lstart', pid).replaceAll(' ', '-');
  const status = readIfAlive(() => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  // The 22nd field; the second is a name in brackets that may hold anything.
  return status.slice(status.lastIndexOf(')') + 2).split(' ')[19] ?? '';
};

/** Whether the process is a PostgreSQL program that works in that folder, and not another that got the same id. */
export const isPostgresIn = (folder: string, pid: number): boolean => {
  if (process.platform === 'win32') return isAlive(pid);
  if (process.platform !== 'linux') return ask('command', pid).includes(`/postgres -D ${folder} `);
  const name = readIfAlive(() => readFileSync(`/proc/${pid}/comm`, 'utf8')).trim();
  return PROGRAMS.has(name) && readIfAlive(() => readlinkSync(`/proc/${pid}/cwd`)) === folder;
};

const PROGRAMS: ReadonlySet<string> = new Set(['postgres', 'initdb']);

/** Ends what a killed server or a killed initdb left running in its folder: it could still write there. */
export const endLeftovers = async (folder: string): Promise<void> => {
  if (process.platform !== 'linux') return;
  for (const signal of ['SIGQUIT', 'SIGKILL'] as const) {
    const left = readdirSync('/proc')
      .map(Number)
      .filter((pid) => pid > 0 && isPostgresIn(folder, pid));
    for (const pid of left) signalIfAlive(pid, signal);
    for (let step = 0; step < 80 && left.some((pid) => isPostgresIn(folder, pid)); step += 1) await setTimeout(STEP_MS);
  }
};

export const signalIfAlive = (pid: number, signal: NodeJS.Signals): void => {
  try {
    process.kill(pid, signal);
  } catch (cause) {
    if (!hasCode(cause, 'ESRCH')) throw cause;
  }
};

const ask = (field: string, pid: number): string => {
  try {
    return execFileSync('ps', ['-o', `${field}=`, '-p', String(pid)], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    // ps ends with 1 where there is no such process.
    return '';
  }
};

const readIfAlive = (read: () => string): string => {
  try {
    return read();
  } catch (cause) {
    if (hasCode(cause, 'ENOENT', 'ESRCH', 'EACCES')) return '';
    throw cause;
  }
};
