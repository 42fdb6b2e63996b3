import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { month, shiftMonth } from '@backline/core/kernel';
import { type ClosingWorld, closingWorld } from '../suites/closing-world.ts';
import { addArtist, addTrack, at } from '../suites/samples.ts';
import { openTestDatabase } from '../support/postgres.ts';

const OCTOBER = month('2026-10');

let database: Awaited<ReturnType<typeof openTestDatabase>>;
let world: ClosingWorld;

beforeEach(async () => {
  database = await openTestDatabase();
  await database.database.ensurePartitions(at('2026-10-15T00:00:00Z'));
  const harness = { ports: database.database.ports, published: async () => [] };
  world = closingWorld(harness, OCTOBER);
  await world.listen(await world.fan(3), await addTrack(harness, await addArtist(harness)), 25);
  await world.close();
  expect(await checks()).toEqual([]);
});
afterEach(() => database.drop());

/** Past all that guards the tables. */
const tamper = (sql: string): Promise<unknown> => database.sql(`set session_replication_role = replica; ${sql}`);
const checks = async (): Promise<readonly string[]> => [
  ...new Set((await world.core.payout.verifyBooks()).map(({ check }) => check)),
];

const CASES: readonly (readonly [string, string, readonly string[]])[] = [
  [
    'a play that a close counted as heard by somebody else',
    `update play set listener_id = listener_id + 100 where started_at < '2026-10-01T00:01Z'`,
    ['listener-plays', 'close-counts'],
  ],
  [
    'a play that was slipped in under a month that is closed',
    `insert into play select gen_random_uuid(), listener_id, track_id, artist_id, track_duration_ms, started_at, ms_played,
       reported_at, 'too-short', 'too-short', false, policy_version, recorded_xid from play order by started_at limit 1`,
    ['rollup-day', 'rollup-month', 'listener-plays', 'close-counts'],
  ],
  [
    'a statement that says more than was booked, with a digest that fits',
    `with forged as (select artist_id, replace(content, '"funded":"200000"', '"funded":"300000"') as content from statement)
     update statement s set content = forged.content, digest = encode(sha256(convert_to(forged.content, 'UTF8')), 'hex')
     from forged where forged.artist_id = s.artist_id`,
    ['statement-booked', 'statement'],
  ],
  [
    'a month that is said to have been closed, and of which nothing is kept',
    `update close_input set part = 'gone'`,
    ['close-counts'],
  ],
];

describe('verified books', () => {
  test.each(CASES)('tell of %s, and nothing is closed while they do', async (_, wrong, expected) => {
    await tamper(wrong);
    expect(await checks()).toEqual(expected);
    const latest = await world.ports.verifications.latest();
    expect([...new Set(latest?.differences.map(({ check }) => check))]).toEqual(expected);
    expect(latest?.verifiedAt).toBe(world.clock.now());

    const next = shiftMonth(OCTOBER, 1);
    world.set(at('2026-12-10T00:00:00Z'));
    expect(await world.core.payout.closePeriod(next)).toMatchObject({ ok: false, error: { code: 'checks_failed' } });
    expect(await world.ports.statementReader.report(next)).toBeNull();
  });

  test('agree after the next month too', async () => {
    await world.close(shiftMonth(OCTOBER, 1));
    expect(await checks()).toEqual([]);
    expect(await world.ports.verifications.latest()).toEqual({ verifiedAt: world.clock.now(), differences: [] });
  });
});
