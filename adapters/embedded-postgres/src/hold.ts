import { rmSync, writeFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import type { ClusterOptions } from './cluster.ts';
import { hasCode, messageOf } from './errors.ts';
import { boundLog, readIfThere } from './files.ts';
import { withLock } from './lock.ts';
import { isMarkAlive, isPostgresIn } from './processes.ts';
import { type RunningServer, findServer, startServer, stopServer } from './server.ts';
import { type Watchdog, watchdog } from './watchdog.ts';

/** What one call has of the server: a watchdog where it owns it. */
export type Hold = { readonly server: RunningServer; readonly mark: string; readonly dog: Watchdog | null };

/**
 * Finds the server or starts it, and owns it if nobody else does. To be called with the lock.
 *
 * @param port the one that a new server must have; null for the last one, or any
 */
export const obtain = async (
  options: ClusterOptions,
  password: string,
  mark: string,
  port: number | null,
): Promise<Hold> => {
  const { files } = options;
  const owner = readIfThere(files.owner);
  const isOwn = owner === mark || !isMarkAlive(owner);
  // Before the server is looked for: the watchdog of a killed owner spares a server that has another owner.
  if (isOwn) writeFileSync(files.owner, mark);
  try {
    const server = (await findServer(options, password)) ?? (await startServer(options, password, port));
    return { server, mark, dog: isOwn ? watchdog(files.owner, mark, server.pid) : null };
  } catch (cause) {
    if (isOwn) rmSync(files.owner, { force: true });
    throw cause;
  }
};

/** Stops the server, unless another call that lives owns it. To be called with the lock. */
export const release = async ({ files }: ClusterOptions, { server, mark, dog }: Hold): Promise<void> => {
  const owner = readIfThere(files.owner);
  if (owner !== mark && isMarkAlive(owner)) return;
  await stopServer(files, server.pid);
  rmSync(files.owner, { force: true });
  dog?.dismiss();
};

const KEEP_MS = 500;
const KEEP_MAX_MS = 30_000;

/** Starts the server again, at the same port, whenever it is gone. Answers how to release it for good. */
export const keep = (options: ClusterOptions, password: string, first: Hold): (() => Promise<void>) => {
  const { files, log } = options;
  const over = new AbortController();
  let hold = first;

  const lookAfter = async (): Promise<void> => {
    if (isPostgresIn(files.cluster, hold.server.pid)) return hold.dog === null ? undefined : boundLog(files);
    await withLock(files.lock, async () => {
      if (over.signal.aborted) return;
      hold.dog?.dismiss();
      hold = await obtain(options, password, hold.mark, hold.server.port);
      log('PostgreSQL was away and is back');
    });
  };
  const lookAfterUntilOver = async (): Promise<void> => {
    for (let wait = KEEP_MS; await pause(wait, over.signal);) {
      try {
        await lookAfter();
        wait = KEEP_MS;
      } catch (cause) {
        log(messageOf(cause));
        wait = Math.min(wait * 2, KEEP_MAX_MS);
      }
    }
  };
  const ended = lookAfterUntilOver();

  return async () => {
    if (over.signal.aborted) return ended;
    over.abort();
    await ended;
    await withLock(files.lock, () => release(options, hold));
  };
};

/** Resolves false when it is over before the time is. */
const pause = (ms: number, signal: AbortSignal): Promise<boolean> =>
  setTimeout(ms, true, { ref: false, signal }).catch((cause: unknown) => {
    if (hasCode(cause, 'ABORT_ERR')) return false;
    throw cause;
  });
