import { Client } from 'pg';
import { hasCode } from './errors.ts';

export const HOST = '127.0.0.1';
export const SUPERUSER = 'backline';
const DATABASE = 'backline';
const CONNECT_TIMEOUT_MS = 2_000;

export const urlOf = (port: number, password: string): string =>
  `postgresql://${SUPERUSER}:${encodeURIComponent(password)}@${HOST}:${port}/${DATABASE}`;

const clientOf = (port: number, password: string): Client => {
  const client = new Client({
    host: HOST,
    port,
    user: SUPERUSER,
    password,
    database: 'postgres',
    ssl: false,
    options: '',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
  });
  // A connection that breaks also fails the query under way, which is where it is handled.
  client.on('error', () => undefined);
  return client;
};

export type Answer = 'ready' | 'starting' | 'silent' | 'wrong-password' | 'another-server';

const WRONG_PASSWORD = ['28P01', '28000'];
/** While it starts, recovers or shuts down. */
const CANNOT_CONNECT_NOW = '57P03';

/** What answers at that port. Who takes our password and tells the postmaster's process id is our server. */
export const ask = async (port: number, password: string, pid: number): Promise<Answer> => {
  const client = clientOf(port, password);
  try {
    await client.connect();
    const { rows } = await client.query<{ pid: string }>(
      `select split_part(pg_read_file('postmaster.pid'), e'\\n', 1) pid`,
    );
    return rows[0]?.pid === String(pid) ? 'ready' : 'another-server';
  } catch (cause) {
    if (hasCode(cause, ...WRONG_PASSWORD)) return 'wrong-password';
    return hasCode(cause, CANNOT_CONNECT_NOW) ? 'starting' : 'silent';
  } finally {
    await client.end();
  }
};

export const ensureDatabase = async (port: number, password: string): Promise<void> => {
  const client = clientOf(port, password);
  await client.connect();
  try {
    const { rowCount } = await client.query('select from pg_database where datname = $1', [DATABASE]);
    if (rowCount === 0) await client.query(`create database ${DATABASE}`);
  } finally {
    await client.end();
  }
};
