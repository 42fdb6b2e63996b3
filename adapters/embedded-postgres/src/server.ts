import { spawn } from 'node:child_process';
import { closeSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Account } from './account.ts';
import type { Binaries } from './binaries.ts';
import { HOST, answers } from './connect.ts';
import { type Files, logTail, readNumber, readPostmaster, rotateLog } from './files.ts';
import { isPostgresOf } from './processes.ts';

export type RunningServer = { readonly pid: number; readonly port: number };

const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 8_000;
const STEP_MS = 25;

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
  password_encryption: 'scram-sha-256',
};

/** Only where losing everything in a power cut doesn't matter: in tests. */
const NOT_DURABLE = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' };

/** A server of this cluster that runs already, e.g. because the process that began it was killed; null if none does. */
export const findServer = async (files: Files, password: string): Promise<RunningServer | null> => {
  const deadline = Date.now() + START_TIMEOUT_MS;
  for (;;) {
    const postmaster = readPostmaster(files);
    if (postmaster === null) return null;
    if (!isPostgresOf(postmaster.pid, files.cluster)) {
      rmSync(join(files.cluster, 'postmaster.pid'), { force: true });
      return null;
    }
    if (await answers(postmaster.port, password, files.cluster)) return postmaster;
    if (Date.now() > deadline)
      throw new Error(`PostgreSQL (process ${postmaster.pid}) runs but does not answer: ${logTail(files)}`);
    await setTimeout(STEP_MS * 4);
  }
};

export const startServer = async (
  files: Files,
  binaries: Binaries,
  account: Account,
  options: { readonly password: string; readonly durable: boolean },
): Promise<RunningServer> => {
  rotateLog(files);
  const port = await freePort(readNumber(files.port));
  const settings = { ...SETTINGS, ...(options.durable ? {} : NOT_DURABLE), port: String(port) };
  const [command, args] = account.command(binaries.postgres, [
    '-D',
    files.cluster,
    ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ]);
  const log = openSync(files.log, 'a', 0o600);
  // In a session of its own, so that a Ctrl-C in the terminal reaches us alone, and we stop it in order.
  const child = spawn(command, args, {
    ...account.identity,
    cwd: files.cluster,
    detached: true,
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  let ended = false;
  child.on('error', () => (ended = true)).on('exit', () => (ended = true));
  child.unref();

  const deadline = Date.now() + START_TIMEOUT_MS;
  while (!(await answers(port, options.password, files.cluster))) {
    if (ended || Date.now() > deadline) throw new Error(`PostgreSQL did not start: ${logTail(files)}`);
    await setTimeout(STEP_MS);
  }
  writeFileSync(files.port, String(port));
  const postmaster = readPostmaster(files);
  if (postmaster === null) throw new Error(`PostgreSQL ended at once: ${logTail(files)}`);
  return postmaster;
};

/** Disconnects everyone and writes a checkpoint; where that takes too long, ends without one. */
export const stopServer = async (files: Files, { pid }: RunningServer): Promise<void> => {
  for (const signal of ['SIGINT', 'SIGQUIT'] as const) {
    if (!isPostgresOf(pid, files.cluster)) return;
    process.kill(pid, signal);
    const deadline = Date.now() + STOP_TIMEOUT_MS;
    while (isPostgresOf(pid, files.cluster) && Date.now() < deadline) await setTimeout(STEP_MS);
  }
};

/** The wanted port if it is free, else any. */
const freePort = async (wanted: number | null): Promise<number> => {
  if (wanted !== null && (await tryPort(wanted)) !== null) return wanted;
  const port = await tryPort(0);
  if (port === null) throw new Error('no port is free');
  return port;
};

const tryPort = (port: number): Promise<number | null> =>
  new Promise((resolve) => {
    const server = createServer();
    server.on('error', () => resolve(null));
    server.listen({ host: HOST, port }, () => {
      const address = server.address();
      server.close(() => resolve(address !== null && typeof address === 'object' ? address.port : null));
    });
  });
