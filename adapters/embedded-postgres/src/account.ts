import { accessSync, chownSync, constants, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/** How to run PostgreSQL's programs, which refuse to run as root. */
export type Account = {
  /** The command line that runs the program. */
  readonly command: (program: string, args: readonly string[]) => readonly [string, readonly string[]];
  /** For child_process.spawn. */
  readonly identity: { readonly uid?: number; readonly gid?: number };
  /** Makes a file or folder the account's own. */
  readonly give: (path: string) => void;
};

/** The user `nobody`, who is on every machine. */
const NOBODY = 65_534;

const OWN: Account = { command: (program, args) => [program, args], identity: {}, give: () => undefined };

/**
 * An ordinary user runs the programs as themselves. Root runs them as `nobody`; where the folders lie under one that
 * only root may enter (such as /root), `nobody` keeps the one capability that lets it pass through.
 *
 * @param paths that the programs must reach
 */
export const postgresAccount = (paths: readonly string[]): Account => {
  if (process.getuid?.() !== 0) return OWN;
  const give = (path: string): void => chownSync(path, NOBODY, NOBODY);
  if (paths.every(isOpenToAll)) return { command: OWN.command, identity: { uid: NOBODY, gid: NOBODY }, give };
  return { command: passing, identity: {}, give };
};

const isOpenToAll = (path: string): boolean => {
  for (let folder = resolve(path); ; folder = dirname(folder)) {
    if ((statSync(folder).mode & constants.S_IXOTH) === 0) return false;
    if (folder === dirname(folder)) return true;
  }
};

const SETPRIV = '/usr/bin/setpriv';

const passing: Account['command'] = (program, args) => {
  try {
    accessSync(SETPRIV, constants.X_OK);
  } catch (cause) {
    throw new Error('as root, PostgreSQL needs folders that others may enter, or util-linux: set DATA_DIR', { cause });
  }
  return [
    SETPRIV,
    [
      `--reuid=${NOBODY}`,
      `--regid=${NOBODY}`,
      '--clear-groups',
      '--inh-caps=-all,+dac_override',
      '--ambient-caps=-all,+dac_override',
      program,
      ...args,
    ],
  ];
};
