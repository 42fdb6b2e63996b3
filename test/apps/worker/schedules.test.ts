import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Member, join, publish, subscribe } from '../../support/people.ts';
import { type TestDatabase, freshDatabase } from '../../support/postgres.ts';
import { type Program, endPrograms, eventually, startApp } from '../../support/programs.ts';
import { type Scratch, scratchDirectory } from '../../support/scratch.ts';

let data: Scratch;
let database: TestDatabase;
let app: Program;
let artist: Member;

beforeAll(async () => {
  data = scratchDirectory();
  database = await freshDatabase();
  app = await startApp('platform', { DATABASE_URL: database.url, DATA_DIR: data.path, LOG_LEVEL: 'info' });
  artist = await join(app, 'ARTIST');
  const trackId = await publish(app, artist);
  const fan = await join(app, 'FAN');
  await subscribe(app, fan);
  const play = { playId: randomUUID(), trackId, startedAt: new Date().toISOString(), msPlayed: 31_000 };
  expect((await app.call('POST', '/streams', { token: fan.token, json: play })).status).toBe(201);
}, 120_000);

afterAll(async () => {
  await endPrograms();
  await database.drop();
  data.remove();
}, 30_000);

type Line = { readonly level: string; readonly msg: string; readonly job?: string; readonly [field: string]: unknown };
const logged = (): readonly Line[] =>
  app
    .stdout()
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Line);

/** Puts the job into the queue as the calendar does, and waits for its end. */
const runNow = async (name: string): Promise<void> => {
  await database.sql(`select graphile_worker.add_job('${name}', '{}'::json, max_attempts := 1)`);
  await eventually(async () => {
    const waiting = await database.sql(
      `select from graphile_worker.jobs where task_identifier = '${name}' and last_error is null`,
    );
    return waiting.length === 0;
  });
};

const gauge = async (name: string): Promise<number> => {
  const { text } = await app.call('GET', '/metrics');
  return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
};

describe('what the worker does by the calendar', () => {
  test('is done, each of it, on a platform in use', async () => {
    const planned = await database.sql('select identifier from graphile_worker._private_known_crontabs order by 1');
    const names = planned.map(({ identifier }) => String(identifier));
    expect(names).toEqual(expect.arrayContaining(['schedule.close_months', 'schedule.verify_books']));
    // What it needs Python for is tried in recommendations.test.ts.
    for (const name of names.filter((planned) => planned !== 'schedule.train_recommender')) await runNow(name);
    expect(logged().filter(({ level }) => level === 'error')).toEqual([]);
    expect(await database.sql('select from graphile_worker.jobs where last_error is not null')).toEqual([]);
  }, 180_000);

  test('verifies the books, and raises an alarm in the log and the metrics when they differ', async () => {
    await runNow('schedule.verify_books');
    expect(await gauge('ledger_differences')).toBe(0);
    await eventually(() => logged().some(({ msg }) => msg === 'the books were verified'));
    await eventually(async () => (await database.sql('select from play_rollup_day')).length > 0);
    await database.sql('update play_rollup_day set plays = plays + 1');
    await runNow('schedule.verify_books');
    expect(await gauge('ledger_differences')).toBe(1);
    await eventually(() => logged().some(({ level }) => level === 'error'));
    expect(logged().find(({ level }) => level === 'error')).toMatchObject({
      msg: 'the books differ in 1 places',
      differences: [expect.objectContaining({ check: 'rollup-day', expected: '1', found: '2' })],
    });
  }, 60_000);
});
