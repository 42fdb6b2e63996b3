import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout } from 'node:timers/promises';

/** The server has one core to itself, and who asks it the other. */
export const SERVER_CORE = '0';
export const CLIENT_CORE = '1';
export const BOTH_CORES = '0,1';

/** As `npm start` starts Node. */
export const AS_STARTED = ['--max-semi-space-size=8', '--conditions=@backline/source'];

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
    if (child.exitCode !== null || waited > 6_000) {
      await stop();
      throw new Error(`${command.join(' ')} did not get ready`);
    }
    await setTimeout(20);
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

/** User and system time that the process and its children have used, those that have ended included, in seconds. */
export const cpuSeconds = (pid: number): number =>
  familyOf(pid)
    .map(statOf)
    .reduce((sum, fields) => sum + fields.slice(11, 15).reduce((ticks, field) => ticks + Number(field), 0), 0) /
  CLOCK_TICKS_PER_SECOND;

/** Starts to watch; what comes back says how many cores others than this process and its children have used since. */
export const foreignCpu = (): (() => number) => {
  const [begun, busy, own] = [performance.now(), busySeconds(), cpuSeconds(process.pid)];
  return () => (busySeconds() - busy - (cpuSeconds(process.pid) - own)) / ((performance.now() - begun) / 1_000);
};

/** Of all processes: user, nice, system and what the hypervisor took; interrupts are everyone's. */
const busySeconds = (): number => {
  const [, user, nice, system, , , , , steal] = readFileSync('/proc/stat', 'utf8').split(/\s+/, 9).map(Number);
  return ((user ?? 0) + (nice ?? 0) + (system ?? 0) + (steal ?? 0)) / CLOCK_TICKS_PER_SECOND;
};

/** The fields of /proc/<pid>/stat from the third on; none when it has just ended. */
const statOf = (pid: number): readonly string[] => {
  const stat = contentOf(`/proc/${pid}/stat`);
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
};

const familyOf = (pid: number): readonly number[] => [pid, ...childrenOf(pid).flatMap(familyOf)];

const childrenOf = (pid: number): readonly number[] => {
  if (!existsSync(`/proc/${pid}/task`)) return [];
  return readdirSync(`/proc/${pid}/task`).flatMap((task) =>
    contentOf(`/proc/${pid}/task/${task}/children`).split(' ').filter(Boolean).map(Number),
  );
};

/** Of what may have ended between being listed and being read: empty then. */
const contentOf = (path: string): string => (existsSync(path) ? readFileSync(path, 'utf8') : '');

/** What the process itself holds in memory, in MiB. */
export const residentMebibytes = (pid: number): number =>
  Number(/VmRSS:\s+(\d+) kB/.exec(contentOf(`/proc/${pid}/status`))?.[1] ?? 0) / 1_024;
