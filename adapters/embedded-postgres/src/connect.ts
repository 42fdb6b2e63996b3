import { Client } from 'pg';
import { SUPERUSER } from './cluster.ts';

export const HOST = '127.0.0.1';
const DATABASE = 'backline';
const CONNECT_TIMEOUT_MS = 2_000;

export const urlOf = (port: number, password: string): string =>
  `postgresql://${SUPERUSER}:${encodeURIComponent(password)}@${HOST}:${port}/${DATABASE}`;

const clientOf = (port: number, password: string): Client =>
  new Client({
    host: HOST,
    port,
    user: SUPERUSER,
    password,
    database: 'postgres',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
  });

/** Whether a server with that folder answers there and takes our password. */
export const answers = async (port: number, password: string, cluster: string): Promise<boolean> => {
  const client = clientOf(port, password);
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ data_directory: string }>('show data_directory');
    return rows[0]?.data_directory === cluster;
  } catch {
    return false;
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
