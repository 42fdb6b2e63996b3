import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Instant, ok } from '@backline/core/kernel';
import { PAYOUT_POLICY, judgeBy } from '@backline/core/payout';
import { type Play, type PlayLogStores, type UnjudgedPlay, recordPlays } from '@backline/core/playback';
import { openDatabase } from '@backline/mikro-orm';
import { enqueueStatement } from '@backline/jobs';
import fc from 'fast-check';
import { FAN, REPORTED_AT, TRACKS, history, inReports } from '../arbitraries/history.ts';
import { verdictsByTheText } from '../arbitraries/oracle.ts';
import { SEEDED } from '../arbitraries/seed.ts';
import { playOf, subscriptionOf, trackOf, userOf } from '../suites/samples.ts';
import { openTestDatabase } from '../support/postgres.ts';

let database: Awaited<ReturnType<typeof openTestDatabase>>;
beforeAll(async () => {
  database = await openTestDatabase();
  await database.database.ensurePartitions(REPORTED_AT);
  await database.database.ports.uow.run(async ({ users, tracks }) => {
    for (const id of [1, 2, 3]) await users.insert(userOf(id));
    for (const { trackId, artistId, durationMs } of TRACKS) {
      const track = trackOf(trackId, artistId, { createdAt: 0 as Instant });
      await tracks.insert({ ...track, audio: { ...track.audio, durationMs } });
    }
    return ok(null);
  });
});
afterAll(() => database.drop());

const reported = history.chain((it) => fc.tuple(fc.constant(it), inReports(it.plays)));

const recorderOn = ({ ports }: Pick<typeof database.database, 'ports'>) => {
  const record = recordPlays({
    playLog: ports.playLog,
    clock: { now: () => REPORTED_AT },
    judge: judgeBy(PAYOUT_POLICY),
  });
  return (plays: readonly UnjudgedPlay[]) => record(FAN, plays);
};

const verdicts = async (): Promise<ReadonlyMap<unknown, unknown>> =>
  new Map((await database.sql('select play_id, verdict from play')).map((row) => [row['play_id'], row['verdict']]));

const forget = (): Promise<unknown> =>
  database.sql('delete from play; delete from play_key; delete from verdict_change; delete from subscription');

describe('the play log on PostgreSQL', () => {
  test('ends with the verdicts of the whole history, by whichever process and in whatever order they are reported', async () => {
    const another = openDatabase(database.connection, enqueueStatement(database.connection.schema));
    const recorders = [recorderOn(database.database), recorderOn(another)];
    try {
      await fc.assert(
        fc.asyncProperty(reported, async ([it, reports]) => {
          await forget();
          await database.database.ports.uow.run(async ({ subscriptions }) =>
            ok(await subscriptions.save(subscriptionOf('sub', FAN, { paid: it.funding }))),
          );
          await Promise.all(reports.map((plays, index) => recorders[index % 2]!(plays)));
          expect(await verdicts()).toEqual(verdictsByTheText(it.plays, it.funding));
        }),
        { ...SEEDED, numRuns: 30 },
      );
    } finally {
      await another.close();
    }
  }, 60_000);

  test('two processes that are sent the same plays record each once, and tell its verdict twice', async () => {
    await forget();
    const another = openDatabase(database.connection, enqueueStatement(database.connection.schema));
    const [it] = fc.sample(history, { ...SEEDED, numRuns: 1 });
    try {
      const outcomes = await Promise.all([database.database, another].map((each) => recorderOn(each)(it!.plays)));
      const [first, second] = outcomes.map((each) => each.map((outcome) => ({ ...outcome, outcome: 'either' })));
      expect(first).toEqual(second);
      expect((await verdicts()).size).toBe(it!.plays.length);
    } finally {
      await another.close();
    }
  });

  test('an id that two listeners report at once is one of theirs, and the other is told so', async () => {
    await forget();
    const track = trackOf(TRACKS[0]!.trackId, TRACKS[0]!.artistId, {});
    const { playLog } = database.database.ports;
    const [theirs, own] = [playOf(1, { id: 3 as never }, track), playOf(1, { id: FAN }, track)];
    const appended = Promise.withResolvers<void>();
    const released = Promise.withResolvers<void>();
    const slow = playLog.run(async ({ plays }: PlayLogStores) => {
      await plays.append([theirs]);
      await plays.factsOf([theirs]);
      appended.resolve();
      await released.promise;
      return ok(null);
    });
    await appended.promise;
    const recording = recorderOn(database.database)([own as Play, playOf(2, { id: FAN }, track)]);
    setTimeout(released.resolve, 100);
    await slow;
    expect(await recording).toMatchObject([{ outcome: 'rejected', reason: 'play-id-taken' }, { outcome: 'accepted' }]);
  });
});
