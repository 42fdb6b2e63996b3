import { Client } from 'pg';
import { type Connection, connectionOptions } from './connection.ts';
import { translate } from './failures.ts';
import { createOrm } from './orm.ts';

/** Any number, the same for every process: who holds it migrates, the others wait and then find nothing to do. */
const MIGRATION_LOCK = 7_243_001;

/** Time that a process waits for another one's migrations. */
const LOCK_WAIT = '60s';

const LEDGER_IS_OWN = `select tableowner = current_user as owned from pg_tables
  where schemaname = current_schema() and tablename = 'ledger_entry'`;

const UNGUARDED =
  "the role of DATABASE_URL owns the ledger's tables, so that only their triggers guard them; one with CREATEROLE at the " +
  'first start gives them an owner of their own';

/**
 * Brings the schema up to date; safe when several processes start at once.
 *
 * @param alsoUnderLock runs after our own migrations, before the lock is released
 * @returns a line for the operator on each thing that is less safe than it could be
 */
export const migrate = async (
  connection: Connection,
  alsoUnderLock: () => Promise<void>,
): Promise<readonly string[]> => {
  // It waits for other processes and for the migrations themselves, in silence.
  const { options, stream: _impatient, ...rest } = connectionOptions(connection);
  const client = new Client({
    connectionString: connection.url,
    ...rest,
    options: `${options} -c statement_timeout=${LOCK_WAIT} -c lock_timeout=${LOCK_WAIT}`,
  });
  try {
    await client.connect();
    await client.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
    await client.query(`create schema if not exists ${connection.schema}`);
    await client.query('create extension if not exists pg_trgm with schema public');
    const orm = createOrm(connection, { poolSize: 1 });
    try {
      await orm.migrator.up();
    } finally {
      await orm.close();
    }
    await alsoUnderLock();
    const { rows } = await client.query<{ owned: boolean }>(LEDGER_IS_OWN);
    return rows.some(({ owned }) => owned) ? [UNGUARDED] : [];
  } catch (cause) {
    throw translate(cause);
  } finally {
    await client.end();
  }
};
