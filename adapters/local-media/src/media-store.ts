import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { MediaKey, MediaStore, StagedMedia } from '@backline/core/catalog';
import { type Clock, err, invariant, ok } from '@backline/core/kernel';
import { isStorageFull } from './disk-errors.ts';
import { SERVING_LIMITS, type ServingLimits, fileServing } from './file-source.ts';
import { fannedOut, makeRoomFor, removeDurably, staged as stagedPath, syncDirectory } from './layout.ts';
import { prepareStaging, writeStaged } from './staging.ts';

export type LocalMediaOptions = {
  /**
   * Made when it is not there. Several processes may use it; a file that one of them removes may stay readable in
   * another for as long as that keeps it open.
   */
  readonly directory: string;
  readonly clock: Clock;
  readonly serving?: ServingLimits;
};

/** `close` lets go of the descriptors that are kept open; sources that are out stay readable. */
export type LocalMediaStore = MediaStore & { readonly close: () => Promise<void> };

/** The upload's id and the SHA-256 of the bytes, so that a key tells the digest without a look at the disk. */
const KEY = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.([0-9a-f]{64})$/;

const keyOf = (staged: StagedMedia): MediaKey => {
  const key = `${staged.id}.${staged.sha256}`;
  invariant(KEY.test(key), 'not a staged upload of this store');
  return key as MediaKey;
};

/**
 * Audio as files: `staging/` for uploads that belong to nothing yet, `audio/` for the rest, on one file system.
 * Throws when the directory cannot be made.
 */
export const localMediaStore = ({ directory, clock, serving }: LocalMediaOptions): LocalMediaStore => {
  const audio = join(directory, 'audio');
  const files = fileServing(serving ?? SERVING_LIMITS);
  prepareStaging(directory);

  return {
    stage: async (bytes, { maxBytes }) => {
      const id = randomUUID();
      const localPath = stagedPath(directory, id);
      try {
        // Before the bytes, so that `keep` needs no room of its own and a full disk shows here.
        await makeRoomFor(fannedOut(audio, id));
        const written = await writeStaged(localPath, bytes, { maxBytes, at: clock.now });
        if (written === null) return err({ code: 'media_too_large', maxBytes });
        return ok({ id, ...written, localPath, read: () => createReadStream(localPath) });
      } catch (error) {
        if (isStorageFull(error)) return err({ code: 'storage_full' });
        throw error;
      }
    },
    keep: async (staged) => {
      const key = keyOf(staged);
      const from = stagedPath(directory, staged.id);
      const to = fannedOut(audio, key);
      await makeRoomFor(to);
      await rename(from, to);
      await syncDirectory(dirname(to));
      return key;
    },
    discard: (staged) => rm(stagedPath(directory, staged.id), { force: true }),
    open: async (key) => {
      const digest = KEY.exec(key)?.[1];
      return digest === undefined ? null : files.source(fannedOut(audio, key), digest);
    },
    remove: async (key) => {
      if (!KEY.test(key)) return;
      const path = fannedOut(audio, key);
      await removeDurably(path);
      await files.forget(path);
    },
    close: files.close,
  };
};
