import { randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, unlink } from 'node:fs/promises';
import { join } from 'node:path';

/** A file without a name: it is gone with the last process that has it open, however that ends. */
export type ScratchFile = {
  readonly handle: FileHandle;
  readonly sizeBytes: () => Promise<number>;
  readonly read: () => AsyncIterable<Uint8Array>;
  readonly close: () => Promise<void>;
};

const CHUNK_BYTES = 256 * 1024;

export const openScratchFile = async (directory: string): Promise<ScratchFile> => {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const path = join(directory, randomUUID());
  const handle = await open(path, 'wx+', 0o600);
  await unlink(path);
  let isOpen = true;
  return {
    handle,
    sizeBytes: async () => (await handle.stat()).size,
    read: async function* () {
      for (let position = 0; ;) {
        const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(CHUNK_BYTES), 0, CHUNK_BYTES, position);
        if (bytesRead === 0) return;
        position += bytesRead;
        yield buffer.subarray(0, bytesRead);
      }
    },
    close: async () => {
      if (!isOpen) return;
      isOpen = false;
      await handle.close();
    },
  };
};

/** How a child that was given the descriptor under this number opens the file anew. */
export const inheritedPath = (descriptor: number): string => `file:/proc/self/fd/${descriptor}`;
