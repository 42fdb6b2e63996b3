import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { type Answer, type Call, send } from './http.ts';

export type Environment = Readonly<Record<string, string>>;

/** One of the platform's programs as a process of its own. */
export type Program = {
  readonly pid: number;
  readonly port: number;
  readonly call: (method: string, path: string, call?: Call) => Promise<Answer>;
  readonly stdout: () => string;
  readonly stderr: () => string;
  readonly signal: (name: NodeJS.Signals) => void;
  /** Its status, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>;
};

export type AppName = 'platform' | 'http' | 'worker' | 'ops';

const started = new Map<ChildProcess, Promise<number | NodeJS.Signals>>();

/** On a port of its own unless PORT is given; with nothing of this process's environment but what node needs. */
export const startProgram = async (app: AppName, env: Environment, args: readonly string[] = []): Promise<Program> => {
  const port = env['PORT'] ?? String(await freePort());
  const main = new URL(`../../apps/${app}/src/main.ts`, import.meta.url).pathname;
  const child = spawn(process.execPath, ['--conditions=@backline/source', main, ...args], {
    // Where no .env lies.
    cwd: '/',
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], PORT: port, LOG_LEVEL: 'warn', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const ended = once(child, 'close').then(([status, signal]) => (status ?? signal) as number | NodeJS.Signals);
  started.set(child, ended);
  void ended.then(() => started.delete(child));
  return {
    pid: child.pid ?? 0,
    port: Number(port),
    call: (method, path, call = {}) => send(Number(port), method, path, call),
    stdout: () => stdout,
    stderr: () => stderr,
    signal: (name) => void child.kill(name),
    ended,
  };
};

/** Started, and ready to serve. */
export const startApp = async (app: 'platform' | 'http', env: Environment): Promise<Program> => {
  const program = await startProgram(app, env);
  await untilReady(program);
  return program;
};

export const untilReady = async (program: Program): Promise<void> => {
  const isReady = async (): Promise<boolean> => (await program.call('GET', '/health/ready')).status === 200;
  const ended = program.ended.then((status) => {
    throw new Error(`it ended with ${status}: ${program.stderr()}${program.stdout()}`);
  });
  await Promise.race([eventually(() => isReady().catch(() => false)), ended]);
};

/** What it wrote once it had ended by itself. */
export const runToEnd = async (
  app: AppName,
  env: Environment,
  args: readonly string[] = [],
): Promise<{ readonly status: number | NodeJS.Signals; readonly stdout: string; readonly stderr: string }> => {
  const program = await startProgram(app, env, args);
  const status = await program.ended;
  return { status, stdout: program.stdout(), stderr: program.stderr() };
};

/** Ends all that this file's tests have started and left, also those that hang; for `afterAll`. */
export const endPrograms = async (): Promise<void> => {
  const all = [...started];
  for (const [child] of all) child.kill('SIGKILL');
  await Promise.all(all.map(([, ended]) => ended));
};

/** Fails where it takes a minute: a bound for a hung test, not a measure. */
export const eventually = async (isSo: () => boolean | Promise<boolean>): Promise<void> => {
  for (let step = 0; step < 1_200; step += 1) {
    if (await isSo()) return;
    await setTimeout(50);
  }
  throw new Error(`it did not come about within a minute: ${isSo.toString()}`);
};

export const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
};
