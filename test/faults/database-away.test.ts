import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { type FaultProxy, faultProxy } from '../support/fault-proxy.ts';
import { type Answer, expectProblem } from '../support/http.ts';
import { type Member, isSubscribed, join, pay, publish, subscribe } from '../support/people.ts';
import { type TestDatabase, freshDatabase } from '../support/postgres.ts';
import { type Program, endPrograms, eventually, startApp, startProgram } from '../support/programs.ts';
import { type Scratch, scratchDirectory } from '../support/scratch.ts';

let data: Scratch;
let database: TestDatabase;
let proxy: FaultProxy;
let app: Program;
let worker: Program;
let artist: Member;
let fan: Member;
let trackId: number;

beforeAll(async () => {
  data = scratchDirectory();
  database = await freshDatabase();
  const url = new URL(database.url);
  proxy = await faultProxy({ host: url.hostname, port: Number(url.port) });
  url.port = String(proxy.port);
  const env = { DATABASE_URL: url.href, DATA_DIR: data.path };
  app = await startApp('http', env);
  worker = await startProgram('worker', { ...env, PORT: String(app.port) });
  artist = await join(app, 'ARTIST');
  fan = await join(app, 'FAN');
  trackId = await publish(app, artist);
  await subscribe(app, fan);
}, 60_000);

afterAll(async () => {
  await endPrograms();
  await proxy.close();
  await database.drop();
  data.remove();
}, 30_000);

const play = (playId = randomUUID()): Promise<Answer> =>
  app.call('POST', '/streams', {
    token: fan.token,
    json: { playId, trackId, startedAt: new Date().toISOString(), msPlayed: 5_000 },
  });

/** Whatever is asked, the answer is that the database is away, and when to come back. */
const expectAway = async (): Promise<void> => {
  const answers = await Promise.all([
    app.call('GET', '/tracks'),
    app.call('GET', '/users/me', { token: fan.token }),
    app.call('GET', `/tracks/${trackId}/stream`, { token: fan.token }),
    app.call('POST', '/auth/login', { json: { email: fan.email, password: 'Correct1horse' } }),
    app.call('POST', '/payments/checkout', { token: artist.token }),
    play(),
  ]);
  for (const answer of answers) {
    expectProblem(answer, 503, 'unavailable');
    expect(answer.headers['retry-after']).toMatch(/^\d+$/);
  }
  expect((await app.call('GET', '/health/live')).status).toBe(200);
  const ready = await app.call('GET', '/health/ready');
  expect(ready.status).toBe(503);
  expect(ready.text).not.toContain(new URL(database.url).password);
};

const expectBack = async (): Promise<void> => {
  await eventually(async () => (await app.call('GET', '/health/ready')).status === 200);
  expect((await play()).status).toBe(201);
  expect((await app.call('GET', '/tracks')).body.items).toMatchObject([{ trackId }]);
};

const waitingForLocks = async (): Promise<number> =>
  (await database.sql("select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"))
    .length;

describe('the database goes away', () => {
  test('refused connections: 503 and alive, and back by itself', async () => {
    await proxy.cut();
    await expectAway();
    await proxy.restore();
    await expectBack();
  }, 60_000);

  test('the worker takes jobs again', async () => {
    const other = await join(app, 'FAN');
    await proxy.cut();
    await proxy.restore();
    await pay(app, other);
    await eventually(() => isSubscribed(app, other));
  }, 60_000);

  test('transactions under way when it goes away cost no connection for good', async () => {
    for (let time = 0; time < 3; time += 1) {
      const client = new Client({ connectionString: database.url });
      await client.connect();
      // They all wait in the middle of their transactions, on every connection that there is.
      await client.query('begin; lock table users in access exclusive mode');
      const registered = Promise.all(
        Array.from({ length: 20 }, () =>
          app.call('POST', '/auth/register', {
            json: { email: `${randomUUID()}@example.com`, password: 'Correct1horse', role: 'FAN' },
          }),
        ),
      );
      await eventually(async () => (await waitingForLocks()) >= 5);
      await proxy.cut();
      await client.end();
      for (const answer of await registered) expectProblem(answer, 503, 'unavailable');
      await proxy.restore();
    }
    await join(app, 'FAN');
    await expectBack();
  }, 60_000);

  test('silence instead of refusal: 503 before clients lose their patience, and back by itself', async () => {
    proxy.blackhole();
    await expectAway();
    await proxy.cut();
    await proxy.restore();
    await expectBack();
  }, 60_000);
});

describe('a connection breaks between the commit and its answer', () => {
  test('the play is recorded, and its retry gets the first answer', async () => {
    const playId = randomUUID();
    const broken = proxy.breakBefore(Buffer.from('COMMIT\0'));
    expectProblem(await play(playId), 503, 'unavailable');
    expect(broken.hasBroken()).toBe(true);
    expect(await database.sql('select 1 from play where play_id = $1', [playId])).toHaveLength(1);
    const retried = await play(playId);
    expect(retried).toMatchObject({ status: 200, body: { playId, payable: false, reason: 'too-short' } });
    expect(await database.sql('select 1 from play where play_id = $1', [playId])).toHaveLength(1);
  });
});

describe('the database is there and does not get on', () => {
  test('plays that wait for a lock are refused; health and what needs no lock go on', async () => {
    const client = new Client({ connectionString: database.url });
    await client.connect();
    let answers: readonly Answer[];
    try {
      await client.query('begin');
      await client.query('lock table play_key in access exclusive mode');
      const reports = Promise.all(Array.from({ length: 200 }, () => play()));
      expect((await app.call('GET', '/health/live')).status).toBe(200);
      expect((await app.call('GET', '/health/ready')).status).toBe(200);
      expect((await app.call('GET', `/tracks/${trackId}/stream`, { token: fan.token })).status).toBe(200);
      answers = await reports;
    } finally {
      await client.end();
    }
    for (const answer of answers) expectProblem(answer, 503, 'unavailable');
    await expectBack();
  }, 60_000);
});

describe('both programs', () => {
  test('have met all this without a fault of their own, and end in order', async () => {
    worker.signal('SIGTERM');
    app.signal('SIGTERM');
    expect(await Promise.all([worker.ended, app.ended])).toEqual([0, 0]);
    expect(app.stdout()).not.toContain('"a request failed"');
    expect(app.stderr() + worker.stderr()).toBe('');
  }, 30_000);
});
