import { Client, type QueryResultRow } from 'pg';
import { type Connection, connectionOptions } from './connection.ts';
import { translate } from './failures.ts';
import { columnTypes } from './pool.ts';

/** Reads of one moment. Columns come back as from the pool's statements. */
export type LongRead = {
  readonly query: <Row extends QueryResultRow>(text: string, values?: readonly unknown[]) => Promise<readonly Row[]>;
  /** Any number of rows, some thousand at a time, each as an array of its columns. */
  readonly inParts: <Row extends unknown[]>(
    text: string,
    values: readonly unknown[],
    take: (rows: readonly Row[]) => void,
  ) => Promise<void>;
};

/** A month of 10 million plays is read in a minute or two. */
const ANSWER_TIMEOUT_MS = 20 * 60_000;
const SETTINGS = Object.entries({
  statement_timeout: '15min',
  idle_in_transaction_session_timeout: '15min',
  // For sorting and counting; PostgreSQL goes on on its disk beyond it.
  work_mem: '64MB',
  // All rows of a cursor are fetched.
  cursor_tuple_fraction: '1',
})
  .map(([name, value]) => `-c ${name}=${value}`)
  .join(' ');

const ROWS_IN_PART = 20_000;

/**
 * On a connection of its own that is not closed for being silent, and that takes no place in a pool.
 *
 * @throws Unavailable when the database is away
 */
export const longRead = async <T>(connection: Connection, work: (read: LongRead) => Promise<T>): Promise<T> => {
  const { options, stream: _impatient, ...rest } = connectionOptions(connection);
  const client = new Client({
    connectionString: connection.url,
    ...rest,
    options: `${options} ${SETTINGS}`,
    query_timeout: ANSWER_TIMEOUT_MS,
    types: columnTypes(),
  });
  // A connection that breaks also fails the query under way, which is where it is handled.
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('begin isolation level repeatable read read only');
    const value = await work(readOn(client));
    await client.query('commit');
    return value;
  } catch (cause) {
    throw translate(cause);
  } finally {
    await client.end();
  }
};

const readOn = (client: Client): LongRead => ({
  query: async (text, values = []) => (await client.query(text, [...values])).rows,
  inParts: async <Row extends unknown[]>(
    text: string,
    values: readonly unknown[],
    take: (rows: readonly Row[]) => void,
  ) => {
    await client.query(`declare part no scroll cursor for ${text}`, [...values]);
    for (;;) {
      const { rows } = await client.query<Row>({ text: `fetch ${ROWS_IN_PART} from part`, rowMode: 'array' });
      if (rows.length > 0) take(rows);
      if (rows.length < ROWS_IN_PART) break;
    }
    await client.query('close part');
  },
});
