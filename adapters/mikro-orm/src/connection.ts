import { Socket } from 'node:net';
import type { PoolConfig } from 'pg';

/** Where the database is, and how every connection to it behaves. */
export type Connection = {
  /** Without the `schema` parameter, which PostgreSQL's own clients don't know. */
  readonly url: string;
  /** All that is ours lies in it, and nothing else is looked at; extensions lie in `public`. */
  readonly schema: string;
};

const DEFAULT_SCHEMA = 'public';

/** @throws TypeError naming what is wrong, never the password */
export const parseDatabaseUrl = (text: string): Connection => {
  if (!URL.canParse(text)) throw new TypeError('DATABASE_URL is not a URL');
  const url = new URL(text);
  if (url.protocol !== 'postgres:' && url.protocol !== 'postgresql:')
    throw new TypeError('DATABASE_URL must begin with postgres:// or postgresql://');
  const schema = url.searchParams.get('schema') ?? DEFAULT_SCHEMA;
  if (!/^[a-z_][a-z0-9_]{0,50}$/.test(schema))
    throw new TypeError('the schema in DATABASE_URL must be lower-case letters, digits and _, at most 51');
  url.searchParams.delete('schema');
  return { url: url.href, schema };
};

/** reliability.md, 1.5: nothing waits without end. */
const SESSION_SETTINGS = {
  timezone: 'UTC',
  statement_timeout: '5s',
  lock_timeout: '2s',
  // Above what a webhook waits for the payment provider at most.
  idle_in_transaction_session_timeout: '15s',
  jit: 'off',
  // Two neighbouring letters swapped in a word of eight leave 0.38.
  'pg_trgm.word_similarity_threshold': '0.35',
};

/** Of the transaction that closes a month: ten million plays are computed in some ten seconds, and written in a minute. */
const LONG_SETTINGS: typeof SESSION_SETTINGS = {
  ...SESSION_SETTINGS,
  statement_timeout: '15min',
  lock_timeout: '15min',
  idle_in_transaction_session_timeout: '15min',
};

const ACQUIRE_TIMEOUT_MS = 2_000;

/** Above `statement_timeout`: PostgreSQL would have answered by then, so it or the way to it is gone. */
const SILENCE_MS = 7_000;

/** Below `SILENCE_MS`, so that connections that nobody uses are closed in order. */
const IDLE_MS = 5_000;

const impatientSocket = (): Socket => {
  const socket = new Socket();
  socket.setTimeout(SILENCE_MS, () => socket.destroy(new Error('timeout expired: PostgreSQL is silent')));
  return socket;
};

export const connectionOptions = (
  { schema }: Connection,
  settings: Readonly<Record<string, string>> = {},
): PoolConfig & { readonly options: string } => ({
  application_name: 'backline',
  connectionTimeoutMillis: ACQUIRE_TIMEOUT_MS,
  idleTimeoutMillis: IDLE_MS,
  keepAlive: true,
  stream: impatientSocket,
  options: Object.entries({ ...SESSION_SETTINGS, ...settings, search_path: schema })
    .map(([name, value]) => `-c ${name}=${value}`)
    .join(' '),
});

/** For transactions that take minutes: no silence is too long. */
export const patientOptions = (connection: Connection): PoolConfig => {
  const { stream: _impatient, ...options } = connectionOptions(connection, LONG_SETTINGS);
  return options;
};
