import { randomBytes } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { Client, type DatabaseError } from 'pg';
import { migrate, parseDatabaseUrl } from '@backline/mikro-orm';

/** Who the app may be: the owner of all tables, one with an owner of the ledger beside it, or the server's superuser. */
export const SEATS = {
  owner: 'login',
  'guarded by rights': 'login createrole',
  superuser: 'login superuser',
} as const;

export type SeatName = keyof typeof SEATS;

/** A migrated database, and connections to it as the app's own role. */
export type Seat = {
  readonly role: string;
  readonly url: string;
  /** Several statements without parameters are one transaction. */
  readonly sql: (text: string, values?: unknown[]) => Promise<Record<string, unknown>[]>;
  readonly connect: () => Promise<Client>;
  /** As the server's superuser. */
  readonly admin: (text: string) => Promise<Record<string, unknown>[]>;
  readonly drop: () => Promise<void>;
};

const open = async (url: string): Promise<Client> => {
  const client = new Client({ connectionString: url });
  await client.connect();
  return client;
};

const runOn = async (url: string, text: string, values: unknown[] = []): Promise<Record<string, unknown>[]> => {
  const client = await open(url);
  try {
    return (await client.query(text, values)).rows;
  } finally {
    await client.end();
  }
};

/** @param schema part of the URL, as an installation beside others has it */
export const openSeat = async (name: SeatName, schema = 'public'): Promise<Seat> => {
  const server = process.env['TEST_DATABASE_URL'] ?? '';
  const role = `seat_${randomBytes(6).toString('hex')}`;
  await runOn(server, `create role ${role} password 'seat' ${SEATS[name]}`);
  await runOn(server, `create database ${role} owner ${role}`);
  const url = new URL(server);
  url.pathname = `/${role}`;
  const adminUrl = url.href;
  url.username = role;
  url.password = 'seat';
  await migrate({ ...parseDatabaseUrl(url.href), schema }, async () => undefined);
  return {
    role,
    url: url.href,
    sql: (text, values) => runOn(url.href, text, values),
    connect: () => open(url.href),
    admin: (text) => runOn(adminUrl, text),
    drop: async () => {
      await runOn(server, `drop database ${role} with (force)`);
      await runOn(server, `drop role ${role}`);
      await runOn(server, `drop role if exists backline_ledger_${role}`);
    },
  };
};

/** The constraint that refuses, or the SQLSTATE where none is named; fails where nothing does. */
export const refusal = (attack: Promise<unknown>): Promise<string> =>
  attack.then(
    () => 'accepted',
    (cause: DatabaseError) => cause.constraint ?? cause.code ?? cause.message,
  );

/** Until that connection waits for a lock. */
export const untilWaiting = async (seat: Seat, client: Client): Promise<void> => {
  const { processID } = client as Client & { readonly processID: number };
  for (;;) {
    const [row] = await seat.admin(`select wait_event_type from pg_stat_activity where pid = ${processID}`);
    if (row?.['wait_event_type'] === 'Lock') return;
    await setTimeout(5);
  }
};
