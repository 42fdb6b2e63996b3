import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createOrm } from '@backline/mikro-orm';
import { openTestDatabase } from '../support/postgres.ts';

/**
 * What the migrations have and the entities can't say: expression and partial indexes, checks, the verdict's type.
 * A statement that would drop one of these is no drift; any other is.
 */
const HAND_WRITTEN = /^drop index|^alter table "\w+" drop constraint "\w+_check"|^drop type "play_verdict"/;

let database: Awaited<ReturnType<typeof openTestDatabase>>;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.drop());

const drift = async (): Promise<readonly string[]> => {
  const orm = createOrm(database.connection, { poolSize: 1 });
  try {
    const sql = await orm.schema.getUpdateSchemaSQL({ wrap: false, dropTables: false });
    return sql
      .split(/;\s*/)
      .map((statement) => statement.trim())
      .filter((statement) => statement !== '' && !HAND_WRITTEN.test(statement));
  } finally {
    await orm.close();
  }
};

describe('the schema', () => {
  test('that the migrations make is the one that the entities say', async () => {
    expect(await drift()).toEqual([]);
  });

  test('that lost a column, or has another type, is caught', async () => {
    await database.sql('alter table users drop column bio');
    await database.sql('alter table track alter column bitrate_kbps type bigint');
    expect(await drift()).toHaveLength(2);
  });
});
