import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { ClusterOptions } from './cluster.ts';
import { HOST, ask } from './connect.ts';
import { environment } from './environment.ts';
import { messageOf } from './errors.ts';
import { type Files, boundLog, explain, logSize, readPort, readPostmaster } from './files.ts';
import { freePort, isFree } from './ports.ts';
import { endLeftovers, isAlive, isPostgresIn, signalIfAlive } from './processes.ts';

export type RunningServer = { readonly pid: number; readonly port: number };

/** Without a sign of life. */
const SILENCE_MS = 60_000;
/** Recovery reads at most max_wal_size; a slow disk needs minutes. */
const RECOVERY_MS = 600_000;
const RECOVERY_IS_TOLD_AFTER_MS = 2_000;
const STOP_MS = { SIGINT: 6_000, SIGQUIT: 2_000, SIGKILL: 1_000 } as const;
const STEP_MS = 25;
const PORT_ATTEMPTS = 3;

/** For a laptop that also does other things. Durability is PostgreSQL's default, all of it on. */
const SETTINGS = {
  listen_addresses: HOST,
  unix_socket_directories: '',
  max_connections: '100',
  shared_buffers: '128MB',
  max_wal_size: '2GB',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_min_messages: 'warning',
  // Its details hold values of rows, which can be personal.
  log_error_verbosity: 'terse',
  password_encryption: 'scram-sha-256',
};

/** Only where losing everything in a power cut doesn't matter: in tests. */
const NOT_DURABLE = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' };

/** A server of this cluster that runs already, e.g. because the process that began it was killed; null if none does. */
export const findServer = async (options: ClusterOptions, password: string): Promise<RunningServer | null> => {
  const { files } = options;
  const running = readPostmaster(files);
  if (running !== null && isPostgresIn(files.cluster, running.pid)) {
    const isReady = await awaitReady(options, running, password, () => !isPostgresIn(files.cluster, running.pid));
    if (isReady) return running;
  }
  await endLeftovers(files.cluster);
  const left = readPostmaster(files);
  // PostgreSQL takes any living process for the one that it finds there; a dead one it recognises.
  if (left !== null && isAlive(left.pid)) rmSync(join(files.cluster, 'postmaster.pid'), { force: true });
  return null;
};

/** @param port the one that it must have; null for the last one, or any */
export const startServer = async (
  options: ClusterOptions,
  password: string,
  port: number | null,
): Promise<RunningServer> => {
  const { files } = options;
  boundLog(files);
  for (let attempt = 1; ; attempt += 1) {
    const chosen = port ?? (await freePort(attempt === 1 ? readPort(files) : null));
    const before = logSize(files);
    const started = await tryStart(options, password, chosen);
    if (started.ok) {
      writeFileSync(files.port, String(chosen));
      return { pid: started.pid, port: chosen };
    }
    const wasTaken = port === null && attempt < PORT_ATTEMPTS && !(await isFree(chosen));
    if (!wasTaken) throw new Error(`PostgreSQL did not start: ${started.reason ?? explain(files, before)}`);
  }
};

type Start = { readonly ok: true; readonly pid: number } | { readonly ok: false; readonly reason: string | null };

const tryStart = async (options: ClusterOptions, password: string, port: number): Promise<Start> => {
  const child = spawnServer(options, port);
  let reason: string | null = null;
  let hasEnded = false;
  child.on('error', (cause) => {
    reason = messageOf(cause);
    hasEnded = true;
  });
  child.on('exit', () => (hasEnded = true));
  child.unref();
  const { pid } = child;
  if (pid === undefined) return { ok: false, reason: await failureOf(child) };
  try {
    if (await awaitReady(options, { pid, port }, password, () => hasEnded)) return { ok: true, pid };
  } catch (cause) {
    await stopServer(options.files, pid);
    throw cause;
  }
  return { ok: false, reason };
};

const failureOf = (child: ChildProcess): Promise<string> =>
  new Promise((resolve) => child.once('error', (cause) => resolve(messageOf(cause))));

const spawnServer = ({ files, binaries, account, durable }: ClusterOptions, port: number): ChildProcess => {
  const settings = { ...SETTINGS, ...(durable ? {} : NOT_DURABLE), port: String(port) };
  const log = openSync(files.log, 'a', 0o600);
  try {
    // In a session of its own, so that a Ctrl-C in the terminal reaches us alone, and we stop it in order.
    return spawn(
      binaries.postgres,
      [
        '-D',
        account.nameOf(files.cluster),
        ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
      ],
      { ...account.identity, cwd: files.cluster, env: environment(), detached: true, stdio: ['ignore', log, log] },
    );
  } finally {
    closeSync(log);
  }
};

/** Resolves false when the server ended. */
const awaitReady = async (
  { files, log }: ClusterOptions,
  { pid, port }: RunningServer,
  password: string,
  hasEnded: () => boolean,
): Promise<boolean> => {
  const begin = performance.now();
  const before = logSize(files);
  let isTold = false;
  for (let heard = begin; !hasEnded(); await setTimeout(STEP_MS)) {
    const answer = await ask(port, password, pid);
    const now = performance.now();
    if (answer === 'ready') return true;
    if (answer === 'wrong-password')
      throw new Error(`${files.password} is not the password of ${files.cluster}: put back the one made with it`);
    if (answer === 'starting' && now - begin < RECOVERY_MS) heard = now;
    if (answer === 'starting' && !isTold && now - begin > RECOVERY_IS_TOLD_AFTER_MS) {
      log('PostgreSQL brings its files in order after a crash');
      isTold = true;
    }
    if (now - heard > SILENCE_MS)
      throw new Error(`PostgreSQL (process ${pid}) runs but does not answer: ${explain(files, before)}`);
  }
  return false;
};

/** Disconnects everyone and writes a checkpoint; where that takes too long, ends without one. */
export const stopServer = async (files: Files, pid: number): Promise<void> => {
  for (const signal of ['SIGINT', 'SIGQUIT', 'SIGKILL'] as const) {
    if (!isPostgresIn(files.cluster, pid)) return;
    signalIfAlive(pid, signal);
    const deadline = performance.now() + STOP_MS[signal];
    while (isPostgresIn(files.cluster, pid) && performance.now() < deadline) await setTimeout(STEP_MS);
  }
  if (isPostgresIn(files.cluster, pid)) throw new Error(`PostgreSQL (process ${pid}) cannot be stopped`);
};
