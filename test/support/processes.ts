import { readFileSync, readdirSync, readlinkSync } from 'node:fs';

/** Ids of the processes whose command has all of the words. */
export const processesWith = (...words: readonly string[]): readonly number[] =>
  readdirSync('/proc')
    .map(Number)
    .filter((pid) => {
      try {
        const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
        return pid > 0 && words.every((word) => command.includes(word));
      } catch {
        return false;
      }
    });

/** Process ids of those whose working folder it is, as PostgreSQL's is its cluster. */
export const processesIn = (folder: string): readonly number[] =>
  readdirSync('/proc')
    .map(Number)
    .filter((pid) => {
      try {
        return pid > 0 && readlinkSync(`/proc/${pid}/cwd`) === folder;
      } catch {
        // It has ended, or is another user's.
        return false;
      }
    });
