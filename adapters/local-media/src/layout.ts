import { constants } from 'node:fs';
import { mkdir, open, rm } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, sep } from 'node:path';
import { invariant } from '@backline/core/kernel';
import { isAbsent } from './disk-errors.ts';

export const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Never follows a link, never waits on a pipe that someone put there. */
export const READ_FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
export const CREATE_FLAGS = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

export const stagingOf = (root: string): string => join(root, 'staging');

const within = (root: string, path: string): string => {
  const below = relative(root, path);
  invariant(below !== '' && !below.startsWith('..') && !isAbsolute(below), 'a stored file outside its directory');
  return path;
};

/** What leads nowhere else than to a file of its directory. */
const PLAIN_NAME = /^[0-9A-Za-z]{4}[0-9A-Za-z._-]*$/;

/** Two levels of directories by the first characters of the name, so that none grows beyond what a directory bears. */
export const fannedOut = (root: string, name: string): string => {
  invariant(PLAIN_NAME.test(name), 'a stored file outside its directory');
  return [root, name.slice(0, 2), name.slice(2, 4), name].join(sep);
};

export const staged = (root: string, id: string): string => {
  invariant(UUID.test(id), 'not an id of a staged upload');
  return within(root, join(stagingOf(root), id));
};

export const syncDirectory = async (path: string): Promise<void> => {
  const handle = await open(path, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};

/** Makes the directories that a file of this path lies in, durably. */
export const makeRoomFor = async (path: string): Promise<void> => {
  const directory = dirname(path);
  const topmostMade = await mkdir(directory, { recursive: true, mode: 0o750 });
  if (topmostMade === undefined) return;
  for (let at = directory; at.length >= topmostMade.length; at = dirname(at)) await syncDirectory(dirname(at));
};

/** Fine as well when there is no such file. */
export const removeDurably = async (path: string): Promise<void> => {
  try {
    await rm(path);
  } catch (error) {
    if (isAbsent(error)) return;
    throw error;
  }
  await syncDirectory(dirname(path));
};
