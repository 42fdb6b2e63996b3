import { randomBytes } from 'node:crypto';
import {
  accessSync,
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  realpathSync,
  renameSync,
  statSync,
  statfsSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { codeOf } from './errors.ts';

/** What lies in the platform's data folder. */
export type Files = {
  readonly dataDir: string;
  /** PostgreSQL's own folder. */
  readonly cluster: string;
  readonly log: string;
  readonly lock: string;
  /** The mark of the call that stops the server when it ends. */
  readonly owner: string;
  /** The last port, so that it stays the same where it can. */
  readonly port: string;
  readonly password: string;
};

/** Makes the data folder where it is missing. */
export const filesIn = (folder: string): Files => {
  const dataDir = writableFolder(folder);
  return {
    dataDir,
    cluster: join(dataDir, 'postgres'),
    log: join(dataDir, 'postgres.log'),
    lock: join(dataDir, 'postgres.lock'),
    owner: join(dataDir, 'postgres.owner'),
    port: join(dataDir, 'postgres.port'),
    password: join(dataDir, 'postgres-password'),
  };
};

const writableFolder = (folder: string): string => {
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK | constants.X_OK);
    return realpathSync(folder);
  } catch (cause) {
    throw new Error(
      `cannot write in ${folder} (${codeOf(cause)}): let DATA_DIR name a folder that this user may fill`,
      {
        cause,
      },
    );
  }
};

export const readIfThere = (path: string): string => (existsSync(path) ? readFileSync(path, 'utf8') : '');

export const readPort = (files: Files): number | null => {
  const port = Number.parseInt(readIfThere(files.port), 10);
  return port > 0 && port < 65_536 ? port : null;
};

/** Made once, with the cluster; readable by its owner alone. */
export const makePassword = (files: Files): string => {
  const draft = `${files.password}.new`;
  writeFileSync(draft, randomBytes(24).toString('base64url'), { mode: 0o600, flush: true });
  renameSync(draft, files.password);
  return readFileSync(files.password, 'utf8');
};

const MAX_LOG_BYTES = 8 * 1024 * 1024;

/** Keeps the log bounded and one older one beside it. The server appends, so it goes on at the start. */
export const boundLog = (files: Files): void => {
  if (!existsSync(files.log) || statSync(files.log).size <= MAX_LOG_BYTES) return;
  copyFileSync(files.log, `${files.log}.1`);
  truncateSync(files.log);
};

export const logSize = (files: Files): number => statSync(files.log, { throwIfNoEntry: false })?.size ?? 0;

const TAIL_BYTES = 4_096;
const TAIL_LINES = 4;
const FULL_BYTES = 16 * 1024 * 1024;

/** Why the server failed, in one line: what it said last since the log had that size, and whether the disk is full. */
export const explain = (files: Files, since: number): string => {
  const said = tellingLines(readEnd(files.log, since));
  return `${diskNote(files)}${said === '' ? `nothing is said in ${files.log}` : said}`;
};

/** Empty where there is room. */
export const diskNote = (files: Files): string => {
  const { bavail, bsize } = statfsSync(files.dataDir);
  return bavail * bsize < FULL_BYTES ? `the disk of ${files.dataDir} is full; ` : '';
};

/** What every start and stop says, and what only repeats a statement. */
const ORDINARY =
  / (?:STATEMENT|CONTEXT): | LOG: {2}(?:starting|listening|checkpoint|database system (?:is|was) shut down)/u;

/** The last lines that aren't of the ordinary, without the time and the process id in front. */
export const tellingLines = (text: string): string =>
  text
    .split('\n')
    .filter((line) => line.trim() !== '' && !ORDINARY.test(line))
    .slice(-TAIL_LINES)
    .map((line) => line.replace(/^.*UTC \[\d+\] /u, '').trim())
    .join('; ');

const readEnd = (path: string, since: number): string => {
  if (!existsSync(path)) return '';
  const size = statSync(path).size;
  const from = Math.max(size - TAIL_BYTES, Math.min(since, size));
  const buffer = Buffer.alloc(size - from);
  const file = openSync(path, 'r');
  try {
    return buffer.toString('utf8', 0, readSync(file, buffer, 0, buffer.length, from));
  } finally {
    closeSync(file);
  }
};

/** The first and fourth line of postmaster.pid: the postmaster's process id and its port; null where it has none. */
export const readPostmaster = (files: Files): { readonly pid: number; readonly port: number } | null => {
  const [pid = '', , , port = ''] = readIfThere(join(files.cluster, 'postmaster.pid')).split('\n');
  return Number(pid) > 0 ? { pid: Number(pid), port: Number(port) } : null;
};
