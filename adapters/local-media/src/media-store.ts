import { randomUUID } from 'node:crypto';
import { createReadStream, existsSync, renameSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { MediaKey, MediaRole, MediaStore, StagedMedia } from '@backline/core/catalog';
import { type Clock, err, invariant, ok } from '@backline/core/kernel';
import { isAbsent, isStorageFull } from './disk-errors.ts';
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

export type LocalMediaStore = MediaStore & {
  /** Where a key's file lies, if it is there; null for what is no key. */
  readonly pathOf: (key: MediaKey) => string | null;
  /** Lets go of the descriptors that are kept open; sources that are out stay readable. */
  readonly close: () => Promise<void>;
};

/**
 * The upload's id and the SHA-256 of the bytes, so that a key tells the digest without a look at the disk; with a
 * prefix for what is no master.
 */
const KEY = /^(derived\/)?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.([0-9a-f]{64}))$/;

const keyOf = (staged: StagedMedia, role: MediaRole): MediaKey => {
  const key = `${role === 'derived' ? 'derived/' : ''}${staged.id}.${staged.sha256}`;
  invariant(KEY.test(key), 'not a staged upload of this store');
  return key as MediaKey;
};

/** Where a key's file lies; null for what is no key. */
const placeOf = (directory: string, key: MediaKey): { readonly path: string; readonly digest: string } | null => {
  const [, derived, name, digest] = KEY.exec(key) ?? [];
  if (name === undefined || digest === undefined) return null;
  return { path: fannedOut(join(directory, derived === undefined ? MASTERS : DERIVED), name), digest };
};

const MASTERS = 'masters';
const DERIVED = 'derived';

/**
 * Audio as files on one file system: `staging/` for uploads that belong to nothing yet, `masters/` for those of
 * artists, `derived/` for what was made of them. Throws when the directory cannot be made.
 */
export const localMediaStore = ({ directory, clock, serving }: LocalMediaOptions): LocalMediaStore => {
  const files = fileServing(serving ?? SERVING_LIMITS);
  prepareStaging(directory);
  adoptMasters(directory);

  return {
    stage: async (bytes, { maxBytes }) => {
      const id = randomUUID();
      const localPath = stagedPath(directory, id);
      try {
        // Before the bytes, so that `keep` needs no room of its own and a full disk shows here.
        await makeRoomFor(fannedOut(join(directory, MASTERS), id));
        const written = await writeStaged(localPath, bytes, { maxBytes, at: clock.now });
        if (written === null) return err({ code: 'media_too_large', maxBytes });
        return ok({ id, ...written, localPath, read: () => createReadStream(localPath) });
      } catch (error) {
        if (isStorageFull(error)) return err({ code: 'storage_full' });
        throw error;
      }
    },
    keyOf,
    keep: async (staged, role) => {
      const key = keyOf(staged, role);
      const from = stagedPath(directory, staged.id);
      const to = placeOf(directory, key)?.path;
      invariant(to !== undefined, 'a key that leads nowhere');
      await makeRoomFor(to);
      await rename(from, to);
      await syncDirectory(dirname(to));
      return key;
    },
    discard: (staged) => rm(stagedPath(directory, staged.id), { force: true }),
    open: async (key) => {
      const place = placeOf(directory, key);
      return place === null ? null : files.source(place.path, place.digest);
    },
    remove: async (key) => {
      const place = placeOf(directory, key);
      if (place === null) return;
      await removeDurably(place.path);
      await files.forget(place.path);
    },
    pathOf: (key) => placeOf(directory, key)?.path ?? null,
    close: files.close,
  };
};

/** Where masters lay before there was anything else. Another process that starts may have been first. */
const adoptMasters = (directory: string): void => {
  const [from, to] = [join(directory, 'audio'), join(directory, MASTERS)];
  if (!existsSync(from) || existsSync(to)) return;
  try {
    renameSync(from, to);
  } catch (error) {
    if (!isAbsent(error)) throw error;
  }
};
