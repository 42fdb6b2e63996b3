import { access, constants } from 'node:fs/promises';
import { delimiter, isAbsolute, join } from 'node:path';

/** Programs that rendering needs: ffmpeg itself, and those that bound what it may do (util-linux, coreutils). */
export const PROGRAMS = ['ffmpeg', 'prlimit', 'setpriv', 'nice'] as const;

export type ProgramName = (typeof PROGRAMS)[number];

export type Programs = { readonly [Name in ProgramName]: string };

/** The first executable of the name in the folders of `searchPath`; null where there is none. */
const find = async (name: string, searchPath: string): Promise<string | null> => {
  for (const folder of searchPath.split(delimiter).filter(isAbsolute)) {
    const path = join(folder, name);
    const isThere = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isThere) return path;
  }
  return null;
};

/** All of them, or the names of those that are missing. */
export const findPrograms = async (searchPath: string): Promise<Programs | readonly ProgramName[]> => {
  const found = await Promise.all(PROGRAMS.map(async (name) => [name, await find(name, searchPath)] as const));
  const missing = found.flatMap(([name, path]) => (path === null ? [name] : []));
  return missing.length > 0 ? missing : (Object.fromEntries(found) as Programs);
};
