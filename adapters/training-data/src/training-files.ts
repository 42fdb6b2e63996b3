import { createHmac, randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TrainingFiles, TrainingMark } from '@backline/core/discovery';
import { instant } from '@backline/core/kernel';
import { type PathOf, playColumns, trackColumns } from './columns.ts';
import { replaceParquet } from './parquet-file.ts';

export type TrainingFilesOptions = {
  /** Made when it is not there. */
  readonly directory: string;
  readonly pathOf: PathOf;
};

const KEY_BYTES = 32;

/**
 * Parquet in a folder: `plays/day=YYYY-MM-DD/plays.parquet` and `tracks.parquet`. Listeners have pseudonyms by a key that
 * is made once, lies in the folder above, and that the engine is never told of.
 */
export const parquetTrainingFiles = ({ directory, pathOf }: TrainingFilesOptions): TrainingFiles => {
  mkdirSync(directory, { recursive: true, mode: 0o750 });
  const markPath = join(directory, 'mark.json');
  let key: Promise<Buffer> | null = null;
  const columns = async () => {
    key ??= keyIn(`${directory}.key`);
    const secret = await key;
    const known = new Map<number, string>();
    return playColumns((listenerId) => {
      const pseudonym = known.get(listenerId) ?? createHmac('sha256', secret).update(String(listenerId)).digest('hex');
      known.set(listenerId, pseudonym);
      return pseudonym;
    });
  };

  return {
    mark: async () => {
      const text = await readFile(markPath, 'utf8').catch((error: unknown) => {
        if (isAbsent(error)) return null;
        throw error;
      });
      return text === null ? null : markOf(JSON.parse(text));
    },
    replaceDay: async (day, fill) => {
      const path = join(directory, 'plays', `day=${day}`, 'plays.parquet');
      await replaceParquet(path, await columns(), fill, { evenIfEmpty: false });
    },
    replaceTracks: async (fill) => {
      await replaceParquet(join(directory, 'tracks.parquet'), trackColumns(pathOf), fill, { evenIfEmpty: true });
    },
    saveMark: async (mark) => {
      const temporary = `${markPath}.${process.pid}`;
      await writeFile(temporary, JSON.stringify(mark), { flush: true });
      await rename(temporary, markPath);
    },
  };
};

const isAbsent = (error: unknown): boolean => hasCode(error, 'ENOENT');

const hasCode = (error: unknown, code: string): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && error.code === code;

/** Null, and all is exported again, for what is no mark. */
const markOf = (parsed: unknown): TrainingMark | null => {
  if (typeof parsed !== 'object' || parsed === null || !('logPosition' in parsed) || !('at' in parsed)) return null;
  const { logPosition, at } = parsed;
  return typeof logPosition === 'number' && typeof at === 'number' ? { logPosition, at: instant(at) } : null;
};

/** Of two processes that make it at once, the first one's. */
const keyIn = async (path: string): Promise<Buffer> => {
  const found = await readFile(path).catch((error: unknown) => {
    if (isAbsent(error)) return null;
    throw error;
  });
  if (found !== null) return found;
  const made = `${path}.${process.pid}`;
  await writeFile(made, randomBytes(KEY_BYTES), { mode: 0o600, flush: true });
  await link(made, path).catch((error: unknown) => {
    if (!hasCode(error, 'EEXIST')) throw error;
  });
  await rm(made);
  return readFile(path);
};
