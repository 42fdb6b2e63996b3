import { Pool, type PoolClient, type QueryResultRow, TypeOverrides, types } from 'pg';
import { type Connection, connectionOptions } from './connection.ts';
import { translate } from './failures.ts';

/** A pool of plain connections for prepared statements: the play log and the readers. */
export type PlainPool = {
  readonly query: Run;
  /** Commits when `work` says so; else, and when it or one of its writes fails, rolls back. */
  readonly transaction: <T>(
    work: (run: Run, write: Write) => Promise<{ readonly commit: boolean; readonly value: T }>,
  ) => Promise<T>;
  readonly close: () => Promise<void>;
  readonly stats: () => { readonly total: number; readonly idle: number; readonly waiting: number };
};

/** Runs a statement; each is prepared once for a connection, by its name. */
export type Run = <Row extends QueryResultRow>(
  statement: Statement<Row>,
  values?: readonly unknown[],
) => Promise<Row[]>;

/** Sends a statement whose answer comes together with that of the commit: a round trip less. */
export type Write = (statement: Statement<never>, values: readonly unknown[]) => void;

/** `Row` is what the columns come back as: bigint and timestamptz as numbers (ids and counts lie below 2⁵³). */
export type Statement<Row extends QueryResultRow> = {
  readonly name: string;
  readonly text: string;
  readonly row?: Row;
};

export const statement = <Row extends QueryResultRow>(name: string, text: string): Statement<Row> => ({ name, text });

const INT8_OID = 20;
const TIMESTAMPTZ_OID = 1184;

const parseSafeInteger = (text: string): number => {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`not below 2^53: ${text}`);
  return value;
};

/** `2026-11-22 10:00:00.123+00`, as PostgreSQL writes it in UTC, as milliseconds since the epoch. */
const parseInstant = (text: string): number => {
  const [date = '', time = ''] = text.split(' ');
  const at = Date.parse(`${date}T${time.replace(/\+00$/, 'Z')}`);
  if (!Number.isFinite(at)) throw new RangeError(`not an instant in UTC: ${text}`);
  return at;
};

/** bigint and timestamptz as numbers. */
export const columnTypes = (): TypeOverrides => {
  const overrides = new TypeOverrides(types);
  overrides.setTypeParser(INT8_OID, parseSafeInteger);
  overrides.setTypeParser(TIMESTAMPTZ_OID, parseInstant);
  return overrides;
};

export type PoolOptions = {
  readonly max: number;
  /** Of every session, by their names in PostgreSQL. */
  readonly settings?: Readonly<Record<string, string>>;
};

export const plainPool = (connection: Connection, { max, settings }: PoolOptions): PlainPool => {
  const pool = new Pool({
    connectionString: connection.url,
    ...connectionOptions(connection, settings),
    max,
    // What a transaction asks for at once goes out at once.
    pipeline: true,
    types: columnTypes(),
  });
  const broken = new WeakSet<PoolClient>();
  // A connection that the server drops is reported here, and once more by the query that meets it.
  pool.on('error', (_cause, client) => broken.add(client));
  pool.on('connect', (client) => client.on('error', () => broken.add(client)));

  const connect = async (): Promise<PoolClient> => {
    try {
      return await pool.connect();
    } catch (cause) {
      throw translate(cause);
    }
  };

  return {
    query: async (of, values) => {
      const client = await connect();
      try {
        return await runOn(client)(of, values);
      } finally {
        client.release(broken.has(client));
      }
    },
    transaction: async (work) => {
      const client = await connect();
      const sent: Promise<unknown>[] = [];
      const send = (statement: Promise<unknown>): void => {
        sent.push(statement);
        // Whoever awaits all that was sent learns of it.
        statement.catch(() => undefined);
      };
      let spoilt = true;
      try {
        send(client.query('begin'));
        const { commit, value } = await work(runOn(client), (of, values) => send(runOn(client)(of, values)));
        send(client.query(commit ? 'commit' : 'rollback'));
        await Promise.all(sent);
        spoilt = false;
        return value;
      } catch (cause) {
        spoilt = await client.query('rollback').then(
          () => false,
          () => true,
        );
        throw translate((await firstFailure(sent)) ?? cause);
      } finally {
        client.release(spoilt || broken.has(client));
      }
    },
    close: () => pool.end(),
    stats: () => ({ total: pool.totalCount, idle: pool.idleCount, waiting: pool.waitingCount }),
  };
};

/** What failed first made all that came after it fail too. */
const firstFailure = async (sent: readonly Promise<unknown>[]): Promise<unknown> => {
  for (const each of await Promise.allSettled(sent)) if (each.status === 'rejected') return each.reason;
  return null;
};

const runOn =
  (client: Pick<PoolClient, 'query'>): Run =>
  async (of, values = []) => {
    try {
      const { rows } = await client.query({ name: of.name, text: of.text, values: [...values] });
      return rows;
    } catch (cause) {
      throw translate(cause);
    }
  };
