import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout } from 'node:timers/promises';

/** The server has one core to itself, and who asks it the other. */
export const SERVER_CORE = '0';
export const CLIENT_CORE = '1';

const CLOCK_TICKS_PER_SECOND = 100;

export type Running = { readonly pid: number; readonly stop: () => Promise<void> };

export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer().on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });

/** Starts a program on one core; `ready` says when it serves. */
export const startPinned = async (
  core: string,
  command: readonly string[],
  env: Record<string, string>,
  ready: () => Promise<boolean>,
): Promise<Running> => {
  const child = spawn('taskset', ['-c', core, ...command], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const { pid } = child;
  if (pid === undefined) throw new Error(`${command[0]} did not start`);
  const stop = (): Promise<void> => end(child);
  for (let waited = 0; !(await ready()); waited += 1) {
    if (child.exitCode !== null || waited > 1_200) {
      await stop();
      throw new Error(`${command.join(' ')} did not get ready`);
    }
    await setTimeout(100);
  }
  return { pid, stop };
};

const end = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    child.once('exit', () => resolve());
    child.kill('SIGTERM');
  });

/** Answers of a URL that are no error. */
export const answers = (url: string) => (): Promise<boolean> =>
  fetch(url).then(
    ({ ok }) => ok,
    () => false,
  );

/** The whole output of a program that ends by itself, on one core. */
export const runPinned = async (
  core: string,
  command: readonly string[],
  env: Record<string, string> = {},
): Promise<string> => {
  const child = spawn('taskset', ['-c', core, ...command], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  let complained = '';
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (complained += chunk.toString()));
  const status = await new Promise((resolve, reject) => child.on('error', reject).on('close', resolve));
  if (status !== 0) throw new Error(`${command.join(' ')}: ${complained.slice(-500)}`);
  return said;
};

/** User and system time that the process and its children have used, in seconds. */
export const cpuSeconds = (pid: number): number => {
  const ticks = familyOf(pid)
    .map((each) => readFileSync(`/proc/${each}/stat`, 'utf8'))
    .map((stat) => stat.slice(stat.lastIndexOf(')') + 2).split(' '))
    .reduce((sum, fields) => sum + Number(fields[11]) + Number(fields[12]), 0);
  return ticks / CLOCK_TICKS_PER_SECOND;
};

const familyOf = (pid: number): readonly number[] => {
  const children = readdirSync(`/proc/${pid}/task`).flatMap((task) =>
    readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
  );
  return [pid, ...children.flatMap(familyOf)];
};
