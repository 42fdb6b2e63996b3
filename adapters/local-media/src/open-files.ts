import { close, fstat, open, type Stats } from 'node:fs';
import { promisify } from 'node:util';
import { type Instant, instant } from '@backline/core/kernel';
import { isNoFileOfOurs } from './disk-errors.ts';
import { READ_FLAGS } from './layout.ts';

const openAt = promisify<string, number, number>(open);
const statOf = promisify<number, Stats>(fstat);
const closeOf = promisify<number, void>(close);

export type OpenFile = { readonly descriptor: number; readonly sizeBytes: number; readonly modifiedAt: Instant };

/** `release` exactly once. */
export type Lease = OpenFile & { readonly release: () => Promise<void> };

export interface OpenFiles {
  /** Null when there is no regular file at the path. */
  readonly lease: (path: string) => Promise<Lease | null>;
  /** The next lease looks at the disk again; leases that are out stay good. */
  readonly forget: (path: string) => Promise<void>;
  /** Forgets every file. */
  readonly close: () => Promise<void>;
}

type Entry = OpenFile & { leases: number; kept: boolean };
type Opening = { readonly entry: Promise<Entry | null>; waiting: number };

const openRegular = async (path: string): Promise<Entry | null> => {
  let descriptor: number;
  try {
    descriptor = await openAt(path, READ_FLAGS);
  } catch (error) {
    if (isNoFileOfOurs(error)) return null;
    throw error;
  }
  try {
    const stats = await statOf(descriptor);
    if (stats.isFile()) {
      return {
        descriptor,
        sizeBytes: stats.size,
        modifiedAt: instant(Math.round(stats.mtimeMs)),
        leases: 0,
        kept: false,
      };
    }
  } catch (error) {
    await closeOf(descriptor);
    throw error;
  }
  await closeOf(descriptor);
  return null;
};

/**
 * Keeps the descriptors of the `capacity` files leased last, so that a hot file costs no open and no stat. A
 * descriptor is closed when it is neither kept nor leased: never under a reader, since its number may then belong
 * to another file or to a socket.
 */
export const openFiles = ({ capacity }: { readonly capacity: number }): OpenFiles => {
  /** In the order of their last lease. */
  const kept = new Map<string, Entry>();
  const opening = new Map<string, Opening>();

  const closeIfIdle = async (entry: Entry): Promise<void> => {
    if (!entry.kept && entry.leases === 0) await closeOf(entry.descriptor);
  };
  const drop = (path: string, entry: Entry): Promise<void> => {
    kept.delete(path);
    entry.kept = false;
    return closeIfIdle(entry);
  };
  const leaseOf = (entry: Entry): Lease => ({
    descriptor: entry.descriptor,
    sizeBytes: entry.sizeBytes,
    modifiedAt: entry.modifiedAt,
    release: () => {
      entry.leases -= 1;
      return closeIfIdle(entry);
    },
  });
  const evictBeyondCapacity = async (): Promise<void> => {
    for (const [oldest, entry] of kept) {
      if (kept.size <= capacity) return;
      await drop(oldest, entry);
    }
  };
  const openAndKeep = async (path: string, started: Opening): Promise<Entry | null> => {
    try {
      const entry = await openRegular(path);
      if (entry === null) return null;
      entry.leases = started.waiting;
      entry.kept = opening.get(path) === started;
      if (entry.kept) kept.set(path, entry);
      return entry;
    } finally {
      if (opening.get(path) === started) opening.delete(path);
    }
  };
  const openOnce = (path: string): Promise<Entry | null> => {
    const underway = opening.get(path);
    if (underway !== undefined) {
      underway.waiting += 1;
      return underway.entry;
    }
    const { promise, resolve } = Promise.withResolvers<Entry | null>();
    const started: Opening = { entry: promise, waiting: 1 };
    opening.set(path, started);
    resolve(openAndKeep(path, started));
    return promise;
  };

  return {
    lease: async (path) => {
      const ready = kept.get(path);
      if (ready !== undefined) {
        ready.leases += 1;
        kept.delete(path);
        kept.set(path, ready);
        return leaseOf(ready);
      }
      const entry = await openOnce(path);
      if (entry === null) return null;
      await evictBeyondCapacity();
      return leaseOf(entry);
    },
    forget: async (path) => {
      opening.delete(path);
      const entry = kept.get(path);
      if (entry !== undefined) await drop(path, entry);
    },
    close: async () => {
      opening.clear();
      await Promise.all([...kept].map(([path, entry]) => drop(path, entry)));
    },
  };
};
