import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { type Member, isSubscribed, join, pay } from '../support/people.ts';
import { type TestDatabase, freshDatabase } from '../support/postgres.ts';
import { type Program, endPrograms, eventually, startApp, startProgram } from '../support/programs.ts';
import { type Scratch, scratchDirectory } from '../support/scratch.ts';

const QUEUE = 'graphile_worker._private_jobs';
/** Any number: the lock at which a job that is done waits before it is taken off the queue. */
const GATE = 4_711;

let data: Scratch;
let database: TestDatabase;
let env: Record<string, string>;
let app: Program;
const clients: Client[] = [];

beforeAll(async () => {
  data = scratchDirectory();
  database = await freshDatabase();
  env = { DATABASE_URL: database.url, DATA_DIR: data.path };
  app = await startApp('http', env);
}, 120_000);

afterAll(async () => {
  await endPrograms();
  await Promise.all(clients.map((client) => client.end()));
  await database.drop();
  data.remove();
}, 30_000);

const startWorker = (): Promise<Program> => startProgram('worker', { ...env, PORT: String(app.port) });

const connected = async (): Promise<Client> => {
  const client = new Client({ connectionString: database.url });
  clients.push(client);
  await client.connect();
  return client;
};

const isHeld = async (): Promise<boolean> =>
  (await database.sql(`select from ${QUEUE} where locked_by is not null`)).length > 0;

const waitsForALock = async (): Promise<boolean> =>
  (await database.sql("select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"))
    .length > 0;

/** kill -9, and nothing of what it had under way in the database is done after its end. */
const killed = async (worker: Program): Promise<void> => {
  worker.signal('SIGKILL');
  expect(await worker.ended).toBe('SIGKILL');
  await database.sql(
    `select pg_terminate_backend(pid) from pg_stat_activity
     where datname = current_database() and wait_event_type = 'Lock'`,
  );
};

const expectOneEffect = async (fan: Member): Promise<void> => {
  expect(await isSubscribed(app, fan)).toBe(true);
  const one = [{ count: '1' }];
  expect(await database.sql('select count(*) from subscription where user_id = $1', [fan.userId])).toEqual(one);
  expect(await database.sql('select count(*) from receipt where user_id = $1', [fan.userId])).toEqual(one);
  expect(await database.sql('select count(*) from paid_span where user_id = $1', [fan.userId])).toEqual(one);
  expect(await database.sql('select id from webhook_event where done_at is null')).toEqual([]);
  expect(await database.sql(`select from ${QUEUE}`)).toEqual([]);
};

const isAllDone = async (): Promise<boolean> => (await database.sql(`select from ${QUEUE}`)).length === 0;

describe('a worker killed in the middle of a job', () => {
  test('before the effect: another one does it, once', async () => {
    const fan = await join(app, 'FAN');
    await pay(app, fan);
    expect(await isSubscribed(app, fan)).toBe(false);
    const client = await connected();
    await client.query('begin; lock table subscription, receipt in access exclusive mode');
    const worker = await startWorker();
    await eventually(async () => (await isHeld()) && (await waitsForALock()));
    await killed(worker);
    await client.query('rollback');
    expect(await isHeld()).toBe(true);
    expect(await isSubscribed(app, fan)).toBe(false);

    const other = await startWorker();
    await eventually(isAllDone);
    await expectOneEffect(fan);
    other.signal('SIGTERM');
    expect(await other.ended).toBe(0);
  }, 120_000);

  test('after the effect, before the job is off the queue: it runs again, and changes nothing', async () => {
    const fan = await join(app, 'FAN');
    await database.sql(
      `create function wait_at_gate() returns trigger language plpgsql as $$
       begin perform pg_advisory_xact_lock_shared(${GATE}); return old; end $$`,
    );
    await database.sql(`create trigger gate before delete on ${QUEUE} for each row execute function wait_at_gate()`);
    const client = await connected();
    await client.query(`select pg_advisory_lock(${GATE})`);
    await pay(app, fan);
    const worker = await startWorker();
    await eventually(() => isSubscribed(app, fan));
    await eventually(async () => (await isHeld()) && (await waitsForALock()));
    await killed(worker);
    await client.query(`select pg_advisory_unlock(${GATE})`);
    expect(await isAllDone()).toBe(false);

    await startWorker();
    await eventually(isAllDone);
    await expectOneEffect(fan);
  }, 120_000);
});
