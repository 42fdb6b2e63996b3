import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { StagedMedia } from '@backline/core/catalog';

/** Runs the work on a path where the bytes lie: the upload's own, or else a copy that is gone afterwards. */
export const onDisk = async <T>(staged: StagedMedia, work: (path: string) => Promise<T>): Promise<T> => {
  if (staged.localPath !== undefined) return work(staged.localPath);
  const directory = await mkdtemp(join(tmpdir(), 'inspect-'));
  try {
    const path = join(directory, 'upload');
    await pipeline(staged.read(), createWriteStream(path, { flags: 'wx', mode: 0o600 }));
    return await work(path);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
};
