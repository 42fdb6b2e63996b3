import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { USD, ok } from '@backline/core/kernel';
import type { Play } from '@backline/core/playback';
import fc from 'fast-check';
import { SEEDED } from '../arbitraries/seed.ts';
import { NOW, addArtist, addPlays, addTrack, addUser, advance, playOf, rejudge } from '../suites/samples.ts';
import { openTestDatabase } from '../support/postgres.ts';

let database: Awaited<ReturnType<typeof openTestDatabase>>;
beforeAll(async () => {
  database = await openTestDatabase();
  await database.database.ensurePartitions(NOW);
});
afterAll(() => database.drop());

const harness = () => ({ ports: database.database.ports, published: async () => [] });

/** What the rollups of days hold, and what the plays themselves say. */
const ROLLED = `select track_id, day::text, verdict, plays::int from play_rollup_day where plays <> 0 order by 1, 2, 3`;
const COUNTED = `select track_id, ((started_at at time zone 'UTC')::date)::text as day, verdict, count(*)::int as plays
  from play group by 1, 2, 3 order by 1, 2, 3`;

const rolledUp = async (): Promise<readonly [unknown, unknown]> => [
  await database.sql(ROLLED),
  await database.sql(COUNTED),
];

/** Until what is open elsewhere on the server no longer holds the watermark back. */
const catchUp = async (): Promise<void> => {
  for (let idle = 0; idle < 2;) idle = (await advance(harness())) === 0 ? idle + 1 : 0;
};

const someone = async () => {
  const artist = await addArtist(harness(), 'Marisol');
  return { fan: await addUser(harness()), track: await addTrack(harness(), artist), artist };
};

let number = 0;
const next = (): number => (number += 1);

describe('the rollup on PostgreSQL', () => {
  test('a play that commits after a later one was rolled up is not forgotten', async () => {
    const { fan, track, artist } = await someone();
    const { playLog, payouts } = database.database.ports;
    const appended = Promise.withResolvers<void>();
    const released = Promise.withResolvers<void>();
    const slow = playLog.run(async ({ plays }) => {
      await plays.append([playOf(next(), fan, track)]);
      appended.resolve();
      await released.promise;
      return ok(null);
    });
    await appended.promise;
    await addPlays(harness(), [playOf(next(), fan, track)]);
    await advance(harness());
    released.resolve();
    await slow;
    expect((await payouts.standingOf(artist.id, USD)).open.own).toMatchObject([{ payable: 2n }]);
    await catchUp();
    expect((await payouts.standingOf(artist.id, USD)).open.own).toMatchObject([{ payable: 2n }]);
    const [rolled, counted] = await rolledUp();
    expect(rolled).toEqual(counted);
  });

  test('fed in any batches, by several workers at once, it is what a recount gives', async () => {
    const { fan, track, artist } = await someone();
    const step = fc.oneof(
      {
        weight: 3,
        arbitrary: fc.record({ kind: fc.constant('append' as const), plays: fc.integer({ min: 1, max: 5 }) }),
      },
      {
        weight: 2,
        arbitrary: fc.record({ kind: fc.constant('rejudge' as const), plays: fc.integer({ min: 1, max: 3 }) }),
      },
      {
        weight: 2,
        arbitrary: fc.record({ kind: fc.constant('advance' as const), plays: fc.integer({ min: 1, max: 3 }) }),
      },
    );
    const standing: Play[] = [];
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
        for (const { kind, plays } of steps) {
          if (kind === 'append') {
            const added = Array.from({ length: plays }, () => playOf(next(), fan, track));
            await addPlays(harness(), added);
            standing.push(...added);
          } else if (kind === 'rejudge') {
            for (const play of standing.splice(0, plays)) await rejudge(harness(), [[play, 'held']]);
          } else await Promise.all(Array.from({ length: plays }, () => advance(harness())));
        }
        const { payouts } = database.database.ports;
        const payable = (await payouts.standingOf(artist.id, USD)).open.own.reduce(
          (sum, each) => sum + each.payable,
          0n,
        );
        expect(payable).toBe(BigInt(standing.length));
        await catchUp();
        const [rolled, counted] = await rolledUp();
        expect(rolled).toEqual(counted);
      }),
      { ...SEEDED, numRuns: 15 },
    );
  });
});
