import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Account } from './account.ts';
import type { Binaries } from './binaries.ts';
import { type Files, passwordOf } from './files.ts';

export const SUPERUSER = 'backline';

/** The major version of the binaries; a cluster of another one can't be read by them. */
const MAJOR_VERSION = '18';

/** Makes the cluster where there is none. It appears under its name only when it is whole. */
export const ensureCluster = async (files: Files, binaries: Binaries, account: Account): Promise<void> => {
  const version = join(files.cluster, 'PG_VERSION');
  if (existsSync(version)) {
    const found = readFileSync(version, 'utf8').trim();
    if (found !== MAJOR_VERSION)
      throw new Error(
        `${files.cluster} is of PostgreSQL ${found}, the embedded one is ${MAJOR_VERSION}: dump and reload it`,
      );
    return;
  }
  removeUnfinished(files);
  const draft = join(files.dataDir, `postgres.new-${process.pid}`);
  mkdirSync(draft, { mode: 0o700 });
  account.give(draft);
  const passwordFile = `${draft}.password`;
  writeFileSync(passwordFile, passwordOf(files), { mode: 0o600 });
  account.give(passwordFile);
  try {
    await initialise(binaries, account, draft, passwordFile);
    renameSync(draft, files.cluster);
  } finally {
    rmSync(passwordFile, { force: true });
  }
};

const removeUnfinished = (files: Files): void => {
  for (const name of readdirSync(files.dataDir))
    if (name.startsWith('postgres.new-')) rmSync(join(files.dataDir, name), { recursive: true, force: true });
};

const initialise = async (
  binaries: Binaries,
  account: Account,
  folder: string,
  passwordFile: string,
): Promise<void> => {
  const [command, args] = account.command(binaries.initdb, [
    `--pgdata=${folder}`,
    `--username=${SUPERUSER}`,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--locale=C',
    '--data-checksums',
  ]);
  const child = spawn(command, args, { ...account.identity, cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const status = await new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve));
  if (status !== 0) throw new Error(`PostgreSQL could not be initialised: ${said.trim().slice(-600)}`);
};
