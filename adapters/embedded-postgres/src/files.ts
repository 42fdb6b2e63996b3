import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What lies beside the cluster, in the platform's data folder. */
export type Files = {
  readonly dataDir: string;
  /** PostgreSQL's own folder. */
  readonly cluster: string;
  readonly log: string;
  readonly lock: string;
  /** The id of the process that stops the server when it ends. */
  readonly owner: string;
  readonly port: string;
  readonly password: string;
};

export const filesIn = (dataDir: string): Files => ({
  dataDir,
  cluster: join(dataDir, 'postgres'),
  log: join(dataDir, 'postgres.log'),
  lock: join(dataDir, 'postgres.lock'),
  owner: join(dataDir, 'postgres.owner'),
  port: join(dataDir, 'postgres.port'),
  password: join(dataDir, 'postgres-password'),
});

export const readNumber = (path: string): number | null => {
  if (!existsSync(path)) return null;
  const value = Number.parseInt(readFileSync(path, 'utf8'), 10);
  return Number.isSafeInteger(value) && value > 0 ? value : null;
};

/** Made once; readable by its owner alone. */
export const passwordOf = (files: Files): string => {
  if (!existsSync(files.password))
    writeFileSync(files.password, randomBytes(24).toString('base64url'), { mode: 0o600, flag: 'wx', flush: true });
  return readFileSync(files.password, 'utf8');
};

const MAX_LOG_BYTES = 8 * 1024 * 1024;

/** Keeps the log and one older one. */
export const rotateLog = (files: Files): void => {
  if (existsSync(files.log) && statSync(files.log).size > MAX_LOG_BYTES) renameSync(files.log, `${files.log}.1`);
};

const TAIL_BYTES = 600;

/** What the server said last, for an error message. */
export const logTail = (files: Files): string =>
  existsSync(files.log) ? readFileSync(files.log, 'utf8').slice(-TAIL_BYTES).trim() : 'it left no log';

/** The first and fourth line of postmaster.pid: the postmaster's process id and its port. */
export const readPostmaster = (files: Files): { readonly pid: number; readonly port: number } | null => {
  const path = join(files.cluster, 'postmaster.pid');
  if (!existsSync(path)) return null;
  const [pid = '', , , port = ''] = readFileSync(path, 'utf8').split('\n');
  return Number(pid) > 0 ? { pid: Number(pid), port: Number(port) } : null;
};
