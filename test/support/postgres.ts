import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { enqueueStatement, migrateJobs } from '@backline/jobs';
import { type Connection, type Database, migrate, openDatabase, parseDatabaseUrl } from '@backline/mikro-orm';
import { instant } from '@backline/core/kernel';

export type TestDatabase = {
  readonly url: string;
  /** Runs SQL as the server's superuser, past everything that the adapter promises. */
  readonly sql: (text: string, values?: unknown[]) => Promise<Record<string, unknown>[]>;
  readonly drop: () => Promise<void>;
};

const serverUrl = (): string => {
  const url = process.env['TEST_DATABASE_URL'];
  if (url === undefined) throw new Error('the run has no PostgreSQL: start it by test/jest.config.mjs');
  return url;
};

const runOn = async (url: string, text: string, values: unknown[] = []): Promise<Record<string, unknown>[]> => {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text, values)).rows;
  } finally {
    await client.end();
  }
};

/** An empty database of its own on the run's server. */
export const freshDatabase = async (): Promise<TestDatabase> => {
  const name = `test_${randomBytes(8).toString('hex')}`;
  await runOn(serverUrl(), `create database ${name}`);
  const url = new URL(serverUrl());
  url.pathname = `/${name}`;
  return {
    url: url.href,
    sql: (text, values) => runOn(url.href, text, values),
    drop: async () => {
      await runOn(serverUrl(), `drop database ${name} with (force)`);
    },
  };
};

/** A migrated database, its queue included, and the adapter over it. */
export const openTestDatabase = async (): Promise<
  TestDatabase & { readonly connection: Connection; readonly database: Database }
> => {
  const fresh = await freshDatabase();
  const connection = parseDatabaseUrl(fresh.url);
  await migrate(connection, () => migrateJobs(connection.url, connection.schema));
  const database = openDatabase(connection, enqueueStatement(connection.schema));
  await database.ensurePartitions(instant(Date.now()));
  return {
    ...fresh,
    connection,
    database,
    drop: async () => {
      await database.close();
      await fresh.drop();
    },
  };
};
