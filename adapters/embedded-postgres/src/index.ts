import { mkdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { postgresAccount } from './account.ts';
import { findBinaries } from './binaries.ts';
import { ensureCluster } from './cluster.ts';
import { ensureDatabase, urlOf } from './connect.ts';
import { filesIn, passwordOf, readNumber } from './files.ts';
import { withLock } from './lock.ts';
import { isAlive } from './processes.ts';
import { findServer, startServer, stopServer } from './server.ts';

export type EmbeddedPostgresOptions = {
  /** Made where it is missing. The cluster lies under it, with its password and log beside. */
  readonly dataDir: string;
  /** False only where losing everything in a power cut doesn't matter. */
  readonly durable?: boolean;
};

export type EmbeddedPostgres = {
  readonly url: string;
  /** Stops the server, unless another process that still lives began it. */
  readonly stop: () => Promise<void>;
};

/**
 * A real PostgreSQL on the loopback interface, kept under `dataDir`.
 *
 * Several processes may call this for one folder: the first starts the server and owns it, the others use it. When
 * the owner is killed the server goes on, and whoever calls next takes it over.
 */
export const startEmbeddedPostgres = async ({
  dataDir,
  durable = true,
}: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> => {
  mkdirSync(dataDir, { recursive: true });
  const files = filesIn(realpathSync(dataDir));
  const binaries = await findBinaries();
  const account = postgresAccount([files.dataDir, binaries.postgres]);

  return withLock(files.lock, async () => {
    const password = passwordOf(files);
    await ensureCluster(files, binaries, account);
    const running = await findServer(files, password);
    const server = running ?? (await startServer(files, binaries, account, { password, durable }));
    const owner = readNumber(files.owner);
    const owns = running === null || owner === null || owner === process.pid || !isAlive(owner);
    if (owns) writeFileSync(files.owner, String(process.pid));
    await ensureDatabase(server.port, password);

    return {
      url: urlOf(server.port, password),
      stop: async () => {
        if (!owns || readNumber(files.owner) !== process.pid) return;
        await stopServer(files, server);
        rmSync(files.owner, { force: true });
      },
    };
  });
};
