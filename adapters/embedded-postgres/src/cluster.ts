import { spawn } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Account } from './account.ts';
import type { Binaries } from './binaries.ts';
import { SUPERUSER } from './connect.ts';
import { environment } from './environment.ts';
import { codeOf, hasCode } from './errors.ts';
import { type Files, diskNote, makePassword, tellingLines } from './files.ts';
import { endLeftovers } from './processes.ts';

/** The major version of the binaries; a cluster of another one can't be read by them. */
const MAJOR_VERSION = '18';

export type ClusterOptions = {
  readonly files: Files;
  readonly binaries: Binaries;
  readonly account: Account;
  readonly durable: boolean;
  readonly log: (line: string) => void;
};

/** Makes the cluster and its password where there is none; answers the password. */
export const ensureCluster = async (options: ClusterOptions): Promise<string> => {
  const { files, account } = options;
  const version = readVersion(files);
  if (version === null) return makeCluster(options);
  if (version !== MAJOR_VERSION)
    throw new Error(
      `${files.cluster} is of PostgreSQL ${version}, the embedded one is ${MAJOR_VERSION}: dump and reload it`,
    );
  if (!existsSync(files.password))
    throw new Error(`${files.password} is missing: put back the one that was made with ${files.cluster}`);
  if (account.identity.uid !== undefined && statSync(files.cluster).uid !== account.identity.uid)
    account.give(files.cluster);
  return readFileSync(files.password, 'utf8').trim();
};

/** Null where there is no cluster yet. */
const readVersion = (files: Files): string | null => {
  try {
    return readFileSync(join(files.cluster, 'PG_VERSION'), 'utf8').trim();
  } catch (cause) {
    if (hasCode(cause, 'ENOENT') && (!existsSync(files.cluster) || readdirSync(files.cluster).length === 0))
      return null;
    const reason = hasCode(cause, 'ENOENT') ? 'it has no PG_VERSION' : codeOf(cause);
    throw new Error(`${files.cluster} cannot be read as a PostgreSQL cluster (${reason})`, { cause });
  }
};

const DRAFT = 'postgres.new';

/** In a folder of its own, which gets the cluster's name when it is whole. */
const makeCluster = async (options: ClusterOptions): Promise<string> => {
  const { files, account, log } = options;
  log('making a PostgreSQL cluster');
  const draft = join(files.dataDir, DRAFT);
  await endLeftovers(draft);
  rmSync(draft, { recursive: true, force: true, maxRetries: 5 });
  mkdirSync(draft, { mode: 0o700 });
  account.give(draft);
  const password = makePassword(files);
  try {
    await initialise(options, draft, password);
    renameSync(draft, files.cluster);
  } catch (cause) {
    rmSync(draft, { recursive: true, force: true });
    throw cause;
  }
  return password;
};

const initialise = async (options: ClusterOptions, folder: string, password: string): Promise<void> => {
  const first = await runInitdb(options, folder, password, 'C.UTF-8');
  if (first.status === 0) return;
  // A machine without that locale; what needs it (trigrams of letters beyond ASCII) then does less.
  const second = first.said.includes('invalid locale name') ? await runInitdb(options, folder, password, 'C') : first;
  if (second.status === 0) return;
  const said = tellingLines(second.said.split('\n').filter(isComplaint).join('\n'));
  throw new Error(`PostgreSQL could not be initialised: ${diskNote(options.files)}${said}`);
};

const isComplaint = (line: string): boolean => /error|fatal|panic|could not|hint/iu.test(line);

type Outcome = { readonly status: number | null; readonly said: string };

const runInitdb = async (
  { files, binaries, account, durable }: ClusterOptions,
  folder: string,
  password: string,
  letters: string,
): Promise<Outcome> => {
  const stdin = openForAccount(`${files.password}.initdb`, password, account);
  const args = [
    `--pgdata=${account.nameOf(folder)}`,
    `--username=${SUPERUSER}`,
    '--pwfile=/dev/stdin',
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--locale=C',
    `--lc-ctype=${letters}`,
    '--data-checksums',
    ...(durable ? [] : ['--no-sync']),
  ];
  const child = spawn(binaries.initdb, args, {
    ...account.identity,
    cwd: folder,
    env: environment(),
    stdio: [stdin, 'pipe', 'pipe'],
  });
  closeSync(stdin);
  let said = '';
  child.stdout?.on('data', (chunk: Buffer) => (said += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const status = await new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve));
  return { status, said };
};

/** A file that has no name any more, so that a crash leaves no second copy of the password. */
const openForAccount = (path: string, text: string, account: Account): number => {
  writeFileSync(path, text, { mode: 0o600 });
  try {
    account.give(path);
    return openSync(path, 'r');
  } finally {
    rmSync(path);
  }
};
