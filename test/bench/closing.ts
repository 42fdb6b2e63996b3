import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createCore } from '@backline/core';
import type { UserId } from '@backline/core/accounts';
import { USD, instant, month, ok } from '@backline/core/kernel';
import { enqueueStatement, migrateJobs } from '@backline/jobs';
import { memoryPorts, steppingClock } from '@backline/memory';
import { type Database, migrate, openDatabase, parseDatabaseUrl } from '@backline/mikro-orm';
import { type Row, fixed, limitRow, median } from './figures.ts';
import { FANS, FIRST_FAN, fillMonth, fillReceipts, plantHistory, withClient } from './month-data.ts';
import type { Subject } from './subject.ts';

const PLAYS = Number(process.env['BENCH_PLAYS'] ?? 10_000_000);
const OCTOBER = month('2026-10');
const PAID = instant(Date.parse('2026-10-30T00:00:00Z'));
const CLOSABLE = instant(Date.parse('2026-11-10T00:00:00Z'));

/** So few pay that artists are owed a part of what they earned. */
const SCENARIOS = { solvent: FANS, insolvent: FANS / 20 };

const READS = 300;

type Closed = { readonly seconds: number; readonly bookedPerSecond: number; readonly readMs: number };

/** The close of a month by the platform's core on PostgreSQL, beside DuckDB's counts of the same plays. */
export const closingRows = async (subject: Subject): Promise<readonly Row[]> => {
  const filled = await makeDatabase(subject, 'bench_month');
  await using(filled, ({ ports }) =>
    fillMonth(filled, PLAYS, () => ports.uow.run(async ({ rollup }) => ok(await rollup.advance()))),
  );
  const counted = await countedByDuckdb(subject, filled);
  const rows: Row[] = [];
  for (const [name, payingFans] of Object.entries(SCENARIOS)) {
    const url = await copyOf(subject, filled, `bench_${name}`);
    await fillReceipts(url, payingFans);
    const { seconds, bookedPerSecond, readMs } = await closeOf(url, payingFans);
    rows.push(
      {
        number: '19',
        what: `close of a month of ${PLAYS.toLocaleString('en-US')} plays, ${name}: checked, counted, computed, booked, stated`,
        unit: 'plays/s',
        ours: fixed(PLAYS / seconds),
        peer: counted && fixed(counted.rows / counted[name === 'solvent' ? 'byArtist' : 'byFanAndTrack']),
        peerName: name === 'solvent' ? 'DuckDB, 1 thread, by artist' : 'DuckDB, 1 thread, by fan and track',
        bar: { atLeast: name === 'solvent' ? 1 : 1 / 3 },
        note: `${seconds.toFixed(1)} s; receipts were booked before, ${Math.round(bookedPerSecond)} a second`,
      },
      limitRow(
        '20',
        `GET /payouts of the most played artist with ten years of closed months, what it reads, ${name}`,
        'ms',
        fixed(readMs),
        2,
      ),
    );
  }
  return rows;
};

const makeDatabase = async ({ databaseUrl }: Subject, name: string): Promise<string> => {
  await withClient(databaseUrl, (client) => client.query(`create database ${name}`));
  const url = new URL(databaseUrl);
  url.pathname = `/${name}`;
  const connection = parseDatabaseUrl(url.href);
  await migrate(connection, () => migrateJobs(connection.url, connection.schema));
  return url.href;
};

const copyOf = async ({ databaseUrl }: Subject, from: string, name: string): Promise<string> => {
  const template = new URL(from).pathname.slice(1);
  await withClient(databaseUrl, async (client) => {
    await client.query(`create database ${name} template ${template}`);
    await client.query(`alter database ${name} set synchronous_commit = off`);
  });
  const url = new URL(from);
  url.pathname = `/${name}`;
  return url.href;
};

const using = async <T>(url: string, work: (database: Database) => Promise<T>): Promise<T> => {
  const connection = parseDatabaseUrl(url);
  const database = openDatabase(connection, enqueueStatement(connection.schema));
  try {
    await database.ensurePartitions(CLOSABLE);
    return await work(database);
  } finally {
    await database.close();
  }
};

const closeOf = (url: string, payingFans: number): Promise<Closed> =>
  using(url, async ({ ports }) => {
    const clock = steppingClock(PAID);
    const { payout } = createCore({ ...memoryPorts({ clock }), ...ports, clock });
    const booking = performance.now();
    await bookAll(payout.bookReceipts, payingFans);
    clock.advance(CLOSABLE - PAID);
    const begun = performance.now();
    const closed = await payout.closePeriod(OCTOBER);
    const ended = performance.now();
    if (!closed.ok) throw new Error(JSON.stringify(closed.error));
    const mostPlayed = 2 as UserId;
    await plantHistory(url, mostPlayed);
    const reads: number[] = [];
    for (let read = 0; read < READS; read += 1) {
      const asked = performance.now();
      await ports.payouts.standingOf(mostPlayed, USD);
      reads.push(performance.now() - asked);
    }
    return {
      seconds: (ended - begun) / 1_000,
      bookedPerSecond: (payingFans * 1_000) / (begun - booking),
      readMs: median(reads),
    };
  });

const LANES = 6;

/** Before the close, as they come in on a platform; there durably. */
const bookAll = async (book: (fan: UserId) => Promise<unknown>, payingFans: number): Promise<void> => {
  let next = FIRST_FAN;
  const lane = async (): Promise<void> => {
    while (next < FIRST_FAN + payingFans) await book(next++ as UserId);
  };
  await Promise.all(Array.from({ length: LANES }, lane));
};

type Counted = { readonly rows: number; readonly byArtist: number; readonly byFanAndTrack: number };

/** Null where Python, or the one that BENCH_PYTHON names, has no duckdb. */
const countedByDuckdb = async ({ folder }: Subject, url: string): Promise<Counted | null> => {
  const run = promisify(execFile);
  const python = process.env['BENCH_PYTHON'] ?? 'python3';
  const isThere = await run(python, ['-c', 'import duckdb']).then(
    () => true,
    () => false,
  );
  if (!isThere) return null;
  const file = join(folder, 'plays.csv');
  const copy = String.raw`\copy (select listener_id, artist_id, track_id, verdict from play) to '${file}' (format csv)`;
  await run('psql', [url, '-c', copy]);
  const { stdout } = await run(python, [join(import.meta.dirname, 'peers/count_plays.py'), file]);
  return JSON.parse(stdout) as Counted;
};
