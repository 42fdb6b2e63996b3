import { postgresAccount } from './account.ts';
import { findBinaries } from './binaries.ts';
import { type ClusterOptions, ensureCluster } from './cluster.ts';
import { ensureDatabase, urlOf } from './connect.ts';
import { hasCode } from './errors.ts';
import { filesIn } from './files.ts';
import { type Hold, keep, obtain, release } from './hold.ts';
import { withLock } from './lock.ts';
import { newMark } from './processes.ts';

export type EmbeddedPostgresOptions = {
  /** Made where it is missing. The cluster lies under it, with its password and log beside. */
  readonly dataDir: string;
  /** False only where losing everything in a power cut doesn't matter. */
  readonly durable?: boolean;
  /** Gets a line for what takes its time or goes wrong later; process warnings without it. */
  readonly log?: (line: string) => void;
};

export type EmbeddedPostgres = {
  readonly url: string;
  /** Stops the server, unless another call that still lives owns it. */
  readonly stop: () => Promise<void>;
};

/**
 * A real PostgreSQL on the loopback interface, kept under `dataDir`, with the database `backline`.
 *
 * Several processes may call this for one folder: the first starts the server and owns it, the others use it. The
 * server ends with its owner, even when that is killed, unless another takes it over first. Whoever lives on starts
 * it again at the same URL, as after the server itself was killed.
 *
 * @throws Error of one line that says what to do: no binaries, no place, another version, a server that fails
 */
export const startEmbeddedPostgres = async ({
  dataDir,
  durable = true,
  log = (line) => process.emitWarning(line),
}: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> => {
  const files = filesIn(dataDir);
  const account = postgresAccount(files.cluster);
  const options = { files, account, binaries: await findBinaries(account), durable, log };
  const { hold, password } = await withLock(files.lock, () => open(options)).catch((cause: unknown) => {
    if (hasCode(cause, 'ENOSPC')) throw new Error(`the disk of ${files.dataDir} is full`, { cause });
    throw cause;
  });
  return { url: urlOf(hold.server.port, password), stop: keep(options, password, hold) };
};

const open = async (options: ClusterOptions): Promise<{ readonly hold: Hold; readonly password: string }> => {
  const password = await ensureCluster(options);
  const hold = await obtain(options, password, newMark(), null);
  try {
    await ensureDatabase(hold.server.port, password);
  } catch (cause) {
    await release(options, hold);
    throw cause;
  }
  return { hold, password };
};
