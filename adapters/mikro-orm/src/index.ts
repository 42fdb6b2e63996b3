import type { Ports, Stores } from '@backline/core';
import type { Instant, UnitOfWork } from '@backline/core/kernel';
import { accountReader } from './account-reader.ts';
import { catalogReader } from './catalog-reader.ts';
import type { Connection } from './connection.ts';
import { holdReader } from './holds.ts';
import { ledgerAudit } from './ledger-audit.ts';
import { migrations } from './migrations/index.ts';
import { createOrm } from './orm.ts';
import type { Enqueue } from './outbox.ts';
import { ensurePlayPartitions } from './partitions.ts';
import { payoutReader } from './payout-reader.ts';
import { playCountReader } from './play-counts.ts';
import { postgresPlayLog } from './play-log.ts';
import { playReader } from './play-reader.ts';
import { type PlainPool, plainPool, statement } from './pool.ts';
import { popularityReader } from './popularity-reader.ts';
import { statementReader } from './statements.ts';
import { subscriptionReader } from './subscription-reader.ts';
import { mikroOrmUnitOfWork } from './unit-of-work.ts';
import { impressionLog } from './impressions.ts';
import { lastGoodLists } from './last-good-lists.ts';
import { tasteReader } from './tastes.ts';
import { trainingReader } from './training-reader.ts';
import { verificationLog } from './verifications.ts';
import { webhookReader } from './webhook-reader.ts';

export type { Enqueue } from './outbox.ts';
export { type Connection, parseDatabaseUrl } from './connection.ts';
export { migrate } from './migrate.ts';
export { createOrm } from './orm.ts';

type DatabasePorts = { readonly uow: UnitOfWork<Stores> } & Pick<
  Ports,
  | 'longUow'
  | 'playLog'
  | 'accounts'
  | 'catalog'
  | 'plays'
  | 'payouts'
  | 'holdReader'
  | 'playCounts'
  | 'ledgerAudit'
  | 'statementReader'
  | 'verifications'
  | 'tastes'
  | 'trainingReader'
  | 'lastGood'
  | 'impressions'
  | 'subscriptions'
  | 'webhooks'
  | 'popularity'
>;

/** Everything that the core stores and reads, in one PostgreSQL database whose schema is up to date. */
export type Database = {
  readonly ports: DatabasePorts;
  /** Makes the partitions for the months around `now`. */
  readonly ensurePartitions: (now: Instant) => Promise<void>;
  /** Throws `Unavailable` when the database does not answer. */
  readonly ping: () => Promise<void>;
  /** How many of this version's migrations the database has not seen. */
  readonly pendingMigrations: () => Promise<number>;
  readonly stats: PlainPool['stats'];
  readonly close: () => Promise<void>;
};

/** Connections in each of two pools: one for the ORM's transactions, one for the readers' prepared statements. */
const POOL_SIZE = 10;

/** Group commit takes two; what else is judged must not wait for it. */
const PLAY_LOG_POOL_SIZE = 4;

const MIGRATED = statement<{ name: string }>('migrated', 'select name from schema_migration');

const PING = statement('ping', 'select 1');

/** Connects lazily: the first query does, not this. */
export const openDatabase = (connection: Connection, enqueue: Enqueue): Database => {
  const orm = createOrm(connection, { poolSize: POOL_SIZE });
  const patient = createOrm(connection, { poolSize: POOL_SIZE, patient: true });
  const pool = plainPool(connection, { max: POOL_SIZE });
  const playLog = postgresPlayLog(connection, PLAY_LOG_POOL_SIZE);
  return {
    ports: {
      uow: mikroOrmUnitOfWork(orm.em, enqueue),
      longUow: mikroOrmUnitOfWork(patient.em, enqueue),
      playLog,
      accounts: accountReader(pool),
      catalog: catalogReader(pool),
      plays: playReader(pool),
      payouts: payoutReader(pool, orm.em),
      holdReader: holdReader(connection, pool),
      playCounts: playCountReader(connection),
      ledgerAudit: ledgerAudit(connection),
      statementReader: statementReader(connection, pool),
      verifications: verificationLog(pool),
      subscriptions: subscriptionReader(pool),
      webhooks: webhookReader(pool),
      popularity: popularityReader(pool),
      tastes: tasteReader(pool),
      trainingReader: trainingReader(connection),
      lastGood: lastGoodLists(pool),
      impressions: impressionLog(pool),
    },
    ensurePartitions: (now) => ensurePlayPartitions(pool, now),
    ping: async () => {
      await pool.query(PING);
    },
    pendingMigrations: async () => {
      const done = new Set((await pool.query(MIGRATED)).map(({ name }) => name));
      return migrations.filter(({ name }) => !done.has(name)).length;
    },
    stats: pool.stats,
    close: async () => {
      await Promise.all([orm.close(), patient.close(), pool.close(), playLog.close()]);
    },
  };
};
