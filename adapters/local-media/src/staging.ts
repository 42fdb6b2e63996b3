import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { type FileHandle, open, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Clock, DAY_MS, type Instant, SECOND_MS, before } from '@backline/core/kernel';
import { isAbsent } from './disk-errors.ts';
import { CREATE_FLAGS, stagingOf } from './layout.ts';

export type Written = { readonly sizeBytes: number; /** Lower-case hex. */ readonly sha256: string };

/** How long an upload may lie about before it counts as left over from a process that died. */
const LEFTOVER_AGE_MS = DAY_MS;

export const prepareStaging = (root: string): void => {
  mkdirSync(stagingOf(root), { recursive: true, mode: 0o750 });
};

const writeAll = async (handle: FileHandle, chunk: Uint8Array): Promise<void> => {
  for (let done = 0; done < chunk.length;) done += (await handle.write(chunk, done)).bytesWritten;
};

/** Null when there are more than `maxBytes`. */
const copy = async (
  bytes: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  handle: FileHandle,
  maxBytes: number,
): Promise<Written | null> => {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  for await (const chunk of bytes) {
    sizeBytes += chunk.length;
    if (sizeBytes > maxBytes) return null;
    hash.update(chunk);
    await writeAll(handle, chunk);
  }
  return { sizeBytes, sha256: hash.digest('hex') };
};

/**
 * Writes the bytes to a new file, each chunk before the next is asked for; durable when resolved, and modified at
 * the time given. Null when there are more than `maxBytes`. Unless it resolves to a description, no file is left.
 */
export const writeStaged = async (
  path: string,
  bytes: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  { maxBytes, at }: { readonly maxBytes: number; readonly at: () => Instant },
): Promise<Written | null> => {
  let written: Written | null = null;
  try {
    const handle = await open(path, CREATE_FLAGS, 0o640);
    try {
      const copied = await copy(bytes, handle, maxBytes);
      await handle.utimes(at() / SECOND_MS, at() / SECOND_MS);
      await handle.sync();
      written = copied;
    } finally {
      await handle.close();
    }
  } finally {
    if (written === null) await rm(path, { force: true });
  }
  return written;
};

const lastTouched = async (path: string): Promise<number | null> => {
  try {
    return (await stat(path)).mtimeMs;
  } catch (error) {
    if (isAbsent(error)) return null;
    throw error;
  }
};

/** Removes what uploads of over a day ago left in staging under `directory`; how many files. */
export const sweepStaging = async ({
  directory,
  clock,
}: {
  readonly directory: string;
  readonly clock: Clock;
}): Promise<number> => {
  const staging = stagingOf(directory);
  const oldest = before(clock.now(), LEFTOVER_AGE_MS);
  let swept = 0;
  for (const name of await readdir(staging)) {
    const path = join(staging, name);
    const touchedAt = await lastTouched(path);
    if (touchedAt === null || touchedAt >= oldest) continue;
    await rm(path, { force: true });
    swept += 1;
  }
  return swept;
};
