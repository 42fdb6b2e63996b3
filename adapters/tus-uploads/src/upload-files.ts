import { createReadStream } from 'node:fs';
import { type FileHandle, mkdir, open, readFile, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { invariant } from '@backline/core/kernel';
import { isAbsent } from './disk-errors.ts';

/** What is known of an upload since it was begun. */
export type UploadFacts = {
  readonly sizeBytes: number;
  /** By the client, as the header says it. */
  readonly metadata: { readonly [name: string]: string | null };
  readonly createdAt: number;
};

export type StoredUpload = UploadFacts & { readonly receivedBytes: number };

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export const isUploadId = (text: string): boolean => UUID.test(text);

/**
 * A folder for each artist; in it for each upload `UUID`, the bytes, and `UUID.json`, which is written last and removed
 * first: without it there is no upload.
 */
export const uploadFiles = (directory: string) => {
  const folderOf = (artistId: number): string => {
    invariant(Number.isSafeInteger(artistId) && artistId > 0, 'not an id of an artist');
    return join(directory, String(artistId));
  };
  const bytesOf = (artistId: number, id: string): string => {
    invariant(isUploadId(id), 'not an id of an upload');
    return join(folderOf(artistId), id);
  };
  const factsOf = (artistId: number, id: string): string => `${bytesOf(artistId, id)}.json`;

  const find = async (artistId: number, id: string): Promise<StoredUpload | null> => {
    const facts = await orNull(readFile(factsOf(artistId, id), 'utf8'));
    const bytes = await orNull(stat(bytesOf(artistId, id)));
    return facts === null || bytes === null
      ? null
      : { ...(JSON.parse(facts) as UploadFacts), receivedBytes: bytes.size };
  };

  const remove = async (artistId: number, id: string): Promise<void> => {
    await rm(factsOf(artistId, id), { force: true });
    await rm(bytesOf(artistId, id), { force: true });
  };

  return {
    find,
    remove,
    /** Durable once it is resolved. */
    create: async (artistId: number, id: string, facts: UploadFacts): Promise<void> => {
      await mkdir(folderOf(artistId), { recursive: true, mode: 0o750 });
      await writeDurably(bytesOf(artistId, id), '');
      await writeDurably(factsOf(artistId, id), JSON.stringify(facts));
      await syncFolder(folderOf(artistId));
      await syncFolder(directory);
    },
    open: (artistId: number, id: string): Promise<FileHandle> => open(bytesOf(artistId, id), 'r+'),
    read: (artistId: number, id: string): AsyncIterable<Uint8Array> => createReadStream(bytesOf(artistId, id)),
    /** Also of those of which only the bytes are left. */
    idsOf: async (artistId: number): Promise<readonly string[]> => {
      const names = (await orNull(readdir(folderOf(artistId)))) ?? [];
      return [...new Set(names.map((name) => name.replace(/\.json$/, '')).filter(isUploadId))];
    },
    artists: async (): Promise<readonly number[]> =>
      ((await orNull(readdir(directory))) ?? []).filter((name) => /^[1-9][0-9]*$/.test(name)).map(Number),
    /** When bytes without anything else were last written; null where there are none. */
    touchedAt: async (artistId: number, id: string): Promise<number | null> =>
      (await orNull(stat(bytesOf(artistId, id))))?.mtimeMs ?? null,
  };
};

export type UploadFiles = ReturnType<typeof uploadFiles>;

const writeDurably = async (path: string, text: string): Promise<void> => {
  const handle = await open(path, 'wx', 0o640);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
};

const syncFolder = async (path: string): Promise<void> => {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};

/** Null for what is not there. */
const orNull = <T>(looking: Promise<T>): Promise<T | null> =>
  looking.catch((error: unknown) => {
    if (isAbsent(error)) return null;
    throw error;
  });
