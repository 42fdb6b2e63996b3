import { chownSync, existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Who runs PostgreSQL's programs, which refuse to run as root. */
export type Account = {
  /** For child_process.spawn; empty where it is the user that runs us. */
  readonly identity: { readonly uid?: number; readonly gid?: number };
  /** Makes a file or folder the account's own, with all that is in it. */
  readonly give: (path: string) => void;
  /** How a program that was started in a folder names it: the account may not be let through the folder's parents. */
  readonly nameOf: (workingFolder: string) => string;
};

/** The user `nobody`, who is on every Linux machine. initdb takes no user id without a name. */
const NOBODY = 65_534;

const OURSELVES: Account = { identity: {}, give: () => undefined, nameOf: (folder) => folder };

/** Ourselves; for root, whoever owns the cluster already, else `nobody`, without any privilege. */
export const postgresAccount = (cluster: string): Account => {
  if (process.getuid?.() !== 0) return OURSELVES;
  const { uid, gid } = ownerOf(cluster) ?? { uid: NOBODY, gid: NOBODY };
  return {
    identity: { uid, gid },
    give: (path) => giveAll(path, uid, gid),
    nameOf: process.platform === 'linux' ? () => '/proc/self/cwd' : OURSELVES.nameOf,
  };
};

const ownerOf = (cluster: string): { readonly uid: number; readonly gid: number } | null => {
  if (!existsSync(cluster)) return null;
  const owner = statSync(cluster);
  return owner.uid === 0 ? null : owner;
};

const giveAll = (path: string, uid: number, gid: number): void => {
  chownSync(path, uid, gid);
  if (!statSync(path).isDirectory()) return;
  for (const entry of readdirSync(path, { withFileTypes: true }))
    if (!entry.isSymbolicLink()) giveAll(join(path, entry.name), uid, gid);
};
