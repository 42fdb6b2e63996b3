import { read } from 'node:fs';
import { type ByteRange, type ByteSink, type ByteSource, invariant } from '@backline/core/kernel';
import { type BufferPool, bufferPool } from './buffer-pool.ts';
import { HEAD_BYTES, type Heads, heads } from './heads.ts';
import { type Lease, type OpenFiles, openFiles } from './open-files.ts';

/** Bounds on what serving files may hold at once. */
export type ServingLimits = {
  /** Descriptors kept open for files that nobody reads at the moment. */
  readonly openFiles: number;
  /** Heads of 256 KiB kept in memory. */
  readonly heads: number;
  /** Buffers of 256 KiB lent at once; beyond them transfers go by 32 KiB. */
  readonly largeBuffers: number;
};

/** 32 MiB of heads and at most 64 MiB of buffers. */
export const SERVING_LIMITS: ServingLimits = { openFiles: 512, heads: 128, largeBuffers: 256 };

export type LocalSource = ByteSource & { readonly localPath: string };

export interface FileServing {
  /** Null when there is no regular file at the path. */
  readonly source: (path: string, digest: string) => Promise<LocalSource | null>;
  /** To be called when the path's file is gone; open sources stay readable. */
  readonly forget: (path: string) => Promise<void>;
  readonly close: () => Promise<void>;
}

const readAt = (descriptor: number, into: Uint8Array, length: number, position: number): Promise<number> =>
  new Promise((resolve, reject) => {
    read(descriptor, into, 0, length, position, (error, count) => (error === null ? resolve(count) : reject(error)));
  });

const pump = async (pool: BufferPool, file: Lease, { start, end }: ByteRange, sink: ByteSink): Promise<void> => {
  let position = start;
  while (position <= end) {
    const buffer = pool.take();
    try {
      const count = await readAt(file.descriptor, buffer, Math.min(buffer.length, end - position + 1), position);
      invariant(count > 0, 'a stored file is shorter than it was when opened');
      await sink.write(buffer.subarray(0, count));
      position += count;
    } catch (error) {
      // A receiver that failed may still be reading the chunk: it must not meet another listener's bytes there.
      pool.lose(buffer);
      throw error;
    }
    pool.give(buffer);
  }
};

const readHead = async (file: Lease): Promise<Uint8Array> => {
  const head = Buffer.allocUnsafeSlow(Math.min(HEAD_BYTES, file.sizeBytes));
  let count = 0;
  while (count < head.length) {
    const more = await readAt(file.descriptor, head.subarray(count), head.length - count, count);
    invariant(more > 0, 'a stored file is shorter than it was when opened');
    count += more;
  }
  return head;
};

const headFor = async (known: Heads, path: string, file: Lease): Promise<Uint8Array | undefined> => {
  const head = known.find(path);
  if (head !== undefined || !known.isWanted(path)) return head;
  const fresh = await readHead(file);
  known.keep(path, fresh);
  return fresh;
};

/** Immutable files as byte sources, sharing descriptors, buffers and hot heads. */
export const fileServing = (limits: ServingLimits): FileServing => {
  const files: OpenFiles = openFiles({ capacity: limits.openFiles });
  const pool = bufferPool({ maxLarge: limits.largeBuffers });
  const known = heads({ capacity: limits.heads });

  const sendFrom = async (path: string, file: Lease, range: ByteRange, sink: ByteSink): Promise<void> => {
    const head = range.start < HEAD_BYTES ? await headFor(known, path, file) : undefined;
    if (head === undefined || range.start >= head.length) return pump(pool, file, range, sink);
    await sink.write(head.subarray(range.start, range.end + 1));
    if (range.end >= head.length) await pump(pool, file, { start: head.length, end: range.end }, sink);
  };

  const sourceOf = (path: string, file: Lease, digest: string): LocalSource => {
    let sends = 0;
    let open = true;
    const releaseWhenDone = async (): Promise<void> => {
      if (!open && sends === 0) await file.release();
    };
    return {
      sizeBytes: file.sizeBytes,
      modifiedAt: file.modifiedAt,
      digest,
      localPath: path,
      send: async (range, sink) => {
        invariant(open, 'a byte source was read after it was closed');
        invariant(
          0 <= range.start && range.start <= range.end && range.end < file.sizeBytes,
          'a range outside its bytes',
        );
        sends += 1;
        try {
          await sendFrom(path, file, range, sink);
        } finally {
          sends -= 1;
          await releaseWhenDone();
        }
      },
      close: async () => {
        if (!open) return;
        open = false;
        await releaseWhenDone();
      },
    };
  };

  return {
    source: async (path, digest) => {
      const file = await files.lease(path);
      return file === null ? null : sourceOf(path, file, digest);
    },
    forget: async (path) => {
      known.forget(path);
      await files.forget(path);
    },
    close: files.close,
  };
};
