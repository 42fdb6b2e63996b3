import { randomUUID } from 'node:crypto';
import { link, mkdir, open, readFile, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { invariant } from '@backline/core/kernel';

export type Version = { readonly number: number; readonly text: string };

/**
 * One text that several processes of a machine change, without a lock that a dead process could leave behind.
 *
 * Each version is a file of its own, `1.json`, `2.json`, …, and comes into being whole by link(2), which fails when
 * the name is taken: so of two that change the same version one wins, and the other sees it and starts again.
 * A version that was overtaken is emptied but keeps its name, so that a writer that slept can't take it again.
 * Needs a file system with hard links.
 */
export type VersionedFile = {
  /** The newest; null before the first. */
  readonly read: () => Promise<Version | null>;
  /** Durable once it resolves true. False when another version `number + 1` is there already. */
  readonly follow: (number: number, text: string) => Promise<boolean>;
};

const VERSION = /^(\d+)\.json$/;
const UNFINISHED = /^(\d+)\.[0-9a-f-]+\.tmp$/;

export const hasCode = (thrown: unknown, ...codes: readonly string[]): boolean =>
  typeof thrown === 'object' && thrown !== null && 'code' in thrown && codes.some((code) => thrown.code === code);

/** Empty for a directory that isn't there. */
export const namesIn = async (directory: string): Promise<readonly string[]> => {
  try {
    return await readdir(directory);
  } catch (thrown) {
    if (hasCode(thrown, 'ENOENT')) return [];
    throw thrown;
  }
};

/** Makes names that were created in it, or removed, outlive a power failure. */
export const syncDirectory = async (directory: string): Promise<void> => {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};

const numbersBy = (form: RegExp, names: readonly string[]): readonly { name: string; number: number }[] =>
  names.flatMap((name) => {
    const digits = form.exec(name)?.[1];
    return digits === undefined ? [] : [{ name, number: Number(digits) }];
  });

const newestIn = async (directory: string): Promise<number> =>
  numbersBy(VERSION, await namesIn(directory)).reduce((newest, { number }) => Math.max(newest, number), 0);

export const versionedFile = (directory: string): VersionedFile => {
  const pathOf = (number: number): string => join(directory, `${number}.json`);

  const writeDraft = async (number: number, text: string): Promise<string> => {
    const path = join(directory, `${number}.${randomUUID()}.tmp`);
    const handle = await open(path, 'wx', 0o600);
    try {
      await handle.writeFile(text);
      await handle.sync();
    } catch (thrown) {
      await rm(path, { force: true });
      throw thrown;
    } finally {
      await handle.close();
    }
    return path;
  };

  /** False when the name is taken, or when the winner has cleared the draft away. */
  const publish = async (draft: string, number: number): Promise<boolean> => {
    try {
      await link(draft, pathOf(number));
      return true;
    } catch (thrown) {
      if (hasCode(thrown, 'EEXIST', 'ENOENT')) return false;
      throw thrown;
    } finally {
      await rm(draft, { force: true });
    }
  };

  /** Where the next winner sweeps the empty draft away first, the overtaken version just keeps its text. */
  const emptyOvertaken = async (number: number): Promise<void> => {
    const empty = await writeDraft(number, '');
    try {
      await rename(empty, pathOf(number));
    } catch (thrown) {
      if (!hasCode(thrown, 'ENOENT')) throw thrown;
    }
  };

  const clearBefore = async (number: number): Promise<void> => {
    if (number > 1) await emptyOvertaken(number - 1);
    const drafts = numbersBy(UNFINISHED, await namesIn(directory)).filter((draft) => draft.number <= number);
    await Promise.all(drafts.map(({ name }) => rm(join(directory, name), { force: true })));
  };

  return {
    read: async () => {
      for (let overtaken = 0; ;) {
        const number = await newestIn(directory);
        if (number === 0) return null;
        invariant(number > overtaken, `the newest version in ${directory} is empty`);
        const text = await readFile(pathOf(number), 'utf8');
        if (text !== '') return { number, text };
        overtaken = number;
      }
    },
    follow: async (number, text) => {
      if (number === 0) {
        await mkdir(directory, { recursive: true, mode: 0o700 });
        await syncDirectory(dirname(directory));
      }
      if (!(await publish(await writeDraft(number + 1, text), number + 1))) return false;
      await syncDirectory(directory);
      await clearBefore(number + 1);
      return true;
    },
  };
};
