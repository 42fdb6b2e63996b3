import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export type Scratch = { readonly path: string; readonly remove: () => void };

export const scratchDirectory = (): Scratch => {
  const path = mkdtempSync(join(tmpdir(), 'backline-test-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
};

/** A file system of that size and its own; null where this user may not mount one. */
export const smallDisk = (megabytes: number): Scratch | null => {
  const scratch = scratchDirectory();
  const path = join(scratch.path, 'disk');
  mkdirSync(path);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', path], { stdio: 'ignore' });
  } catch {
    scratch.remove();
    return null;
  }
  const remove = (): void => {
    execFileSync('umount', ['-l', path]);
    scratch.remove();
  };
  return { path, remove };
};

/** Paths of the files anywhere below, directories left out. */
export const filesBelow = (directory: string): readonly string[] =>
  readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name));
