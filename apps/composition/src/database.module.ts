import { enqueueStatement } from '@backline/jobs';
import { type Connection, openDatabase } from '@backline/mikro-orm';
import { ContainerModule } from 'inversify';
import { healthChecks } from './health.ts';
import { workerStarter } from './jobs.ts';
import { TOKENS } from './tokens.ts';

/** The first query connects, not this. The schema must be up to date. */
export const databaseModule = (connection: Connection): ContainerModule =>
  new ContainerModule(({ bind }) => {
    bind(TOKENS.database)
      .toDynamicValue(() => openDatabase(connection, enqueueStatement(connection.schema)))
      .inSingletonScope()
      .onDeactivation((database) => database.close());
    bind(TOKENS.startWorker).toConstantValue(workerStarter(connection));
    bind(TOKENS.healthChecks)
      .toDynamicValue(({ get, getAll }) => [
        ...healthChecks(get(TOKENS.database), get(TOKENS.audioRenderer), get(TOKENS.config).dataDir),
        ...getAll(TOKENS.remoteCheck),
      ])
      .inSingletonScope();
  });
