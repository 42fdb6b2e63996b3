import { beforeEach, describe, expect, test } from '@jest/globals';
import type { User } from '@backline/core/accounts';
import type { Track } from '@backline/core/catalog';
import { type Instant, MINUTE_MS, USD, after, err, money, month } from '@backline/core/kernel';
import { divide } from '@backline/core/payout';
import type { PlayId } from '@backline/core/playback';
import { type ClosingWorld, closingWorld } from './closing-world.ts';
import { type OpenHarness, eachTest } from './harness.ts';
import { addArtist, addTrack, at, uuid } from './samples.ts';

const PERIOD = month('2026-10');
const NEXT = month('2026-11');
const PER_PLAY = 8_000n;
const REPORT = { playedIn: PERIOD, trackId: null, by: 'Ann', reason: `a farm: "bots", 100 %` };

/** R10, from what was found to the statement that tells of it, whatever stores it. */
export const reversalsSuite = (adapter: string, open: OpenHarness): void => {
  describe(`reversePlays on ${adapter}`, () => {
    const harness = eachTest(open);
    let world: ClosingWorld;
    let [artist, drummer, honest, bot]: User[] = [];
    let [song, tune]: Track[] = [];

    beforeEach(async () => {
      world = closingWorld(harness(), PERIOD);
      [artist, drummer] = [await addArtist(harness()), await addArtist(harness())];
      [song, tune] = [await addTrack(harness(), artist), await addTrack(harness(), artist)];
      [honest, bot] = [await world.fan(2), await world.fan(2)];
    });

    const reverse = (changes: Partial<Parameters<ClosingWorld['core']['payout']['reversePlays']>[0]> = {}) =>
      world.core.payout.reversePlays({ ...REPORT, listenerId: bot!.id, ...changes });
    const reversed = async (changes: Parameters<typeof reverse>[0] = {}) => {
      const outcome = await reverse(changes);
      if (!outcome.ok) throw new Error(outcome.error.code);
      return outcome.value;
    };
    const sound = () => world.expectSound(artist!, drummer!);
    /** An odd split of an odd number of plays, so that the last micro matters. */
    const sharedSong = async (): Promise<void> => {
      await world.share(artist!, song!, [
        [artist!, 3_333],
        [drummer!, 6_667],
      ]);
      await world.listen(honest!, song!, 7);
      await world.listen(bot!, song!, 5);
    };
    const shareOf = (plays: bigint, { id }: User): bigint =>
      divide(money(plays * PER_PLAY, USD), [
        { userId: artist!.id, basisPoints: 3_333, acceptedAt: null },
        { userId: drummer!.id, basisPoints: 6_667, acceptedAt: null },
      ]).find(({ userId }) => userId === id)!.amount.micros;

    /** By the bot's 5 of 12 plays. */
    const lost = (one: User): bigint => shareOf(12n, one) - shareOf(7n, one);

    test('leaves each what they would have had without the plays, and gives the reserve what they had', async () => {
      await sharedSong();
      await world.close();
      await world.release();
      const before = await world.reserve();
      const { plays, shares, ...rest } = await reversed();
      expect(rest).toMatchObject({ listenerId: bot!.id, playedIn: PERIOD, by: 'Ann', reason: REPORT.reason });
      expect(plays).toMatchObject([{ period: PERIOD, trackId: song!.id, plays: 5, amount: 5n * PER_PLAY }]);
      for (const one of [artist!, drummer!]) {
        expect(await world.balancesOf(one, 'artist_available', 'artist_receivable')).toEqual([shareOf(7n, one), 0n]);
        expect(shares.find(({ userId }) => userId === one.id)).toMatchObject({
          balance: shareOf(7n, one) - shareOf(12n, one),
          deferred: 0n,
        });
        expect((await world.core.payout.earningsOf(one.id)).earned.micros).toBe(shareOf(7n, one));
      }
      expect((await world.reserve()) - before).toBe(5n * PER_PLAY);
      await sound();
    });

    test('the next statement of each tells of it, once, also where they earned nothing since', async () => {
      await sharedSong();
      await world.close();
      const { id } = await reversed();
      await world.close(NEXT);
      for (const one of [artist!, drummer!]) {
        const statement = await world.statementOf(one, NEXT);
        expect(statement).toMatchObject({
          sequence: 2,
          tracks: [],
          adjustments: [
            {
              adjustmentId: id,
              reason: 'fraud',
              origin: PERIOD,
              trackId: song!.id,
              plays: 5,
              balance: -lost(one),
              deferred: 0n,
            },
          ],
          balance: { opening: shareOf(12n, one), adjusted: -lost(one), closing: shareOf(7n, one) },
        });
      }
      await world.close(month('2026-12'));
      expect(await world.ports.statementReader.documentsOf(artist!.id)).toHaveLength(2);
      await sound();
    });

    test('what is not available yet is owed, and set off when it would become available', async () => {
      await sharedSong();
      await world.close();
      await reversed();
      const mine = shareOf(12n, artist!);
      const accounts = ['artist_pending', 'artist_available', 'artist_receivable'] as const;
      expect(await world.balancesOf(artist!, ...accounts)).toEqual([mine, 0n, lost(artist!)]);
      await world.release();
      expect(await world.balancesOf(artist!, ...accounts)).toEqual([0n, shareOf(7n, artist!), 0n]);
      await sound();
    });

    test('what was never paid of it is owed no longer, before anything else is taken', async () => {
      const tracks = [song!, tune!];
      while (tracks.length < 6) tracks.push(await addTrack(harness(), artist!));
      for (const [index, track] of tracks.entries()) await world.listen(bot!, track, 290, index * 20);
      await world.close();
      await world.release();
      const [available, deferred] = await world.balancesOf(artist!, 'artist_available', 'artist_deferred');
      expect(deferred).toBeGreaterThan(0n);

      const { shares } = await reversed({ trackId: song!.id });
      const taken = shares.reduce((sum, share) => sum - share.balance - share.deferred, 0n);
      expect(taken).toBe(290n * PER_PLAY);
      const [left, owed] = await world.balancesOf(artist!, 'artist_available', 'artist_deferred');
      expect([available! - left!, deferred! - owed!]).toEqual([-shares[0]!.balance, -shares[0]!.deferred]);
      expect(shares[0]!.deferred).toBeLessThan(0n);
      await sound();

      await reversed();
      expect(await world.balancesOf(artist!, 'artist_deferred', 'artist_available')).toEqual([0n, 0n]);
      await world.close(NEXT);
      expect(await world.statementOf(artist!, NEXT)).toMatchObject({
        deferred: { opening: deferred, adjusted: -deferred!, closing: 0n },
        debtsPaid: [],
        balance: { closing: 0n },
      });
      await sound();
    });

    test('takes back what each close has counted, late plays by the next one included', async () => {
      await sharedSong();
      await world.close();
      await world.listen(bot!, song!, 3, 25 * 24 * 60);
      await world.close(NEXT);
      expect((await reversed()).plays).toMatchObject([
        { period: PERIOD, plays: 5 },
        { period: NEXT, plays: 3 },
      ]);
      expect((await world.core.payout.earningsOf(artist!.id)).earned.micros).toBe(shareOf(7n, artist!));
      await world.close(month('2026-12'));
      expect((await world.statementOf(artist!, month('2026-12'))).adjustments.map(({ origin }) => origin)).toEqual([
        PERIOD,
        NEXT,
      ]);
      await sound();
    });

    test('one listener after the other takes back all, as if none of them had played', async () => {
      await sharedSong();
      const [other, third] = [await world.fan(), await world.fan()];
      await world.listen(other, song!, 4, 30);
      await world.listen(third, song!, 3, 60);
      await world.close();
      await world.release();
      for (const { id } of [other, third, bot!]) await reversed({ listenerId: id });
      for (const one of [artist!, drummer!])
        expect(await world.balancesOf(one, 'artist_available')).toEqual([shareOf(7n, one)]);
      await sound();
    });

    test('what was taken back before hides neither what came later nor what was played in another month', async () => {
      await world.listen(bot!, song!, 5);
      await world.close();
      expect((await reversed()).plays).toMatchObject([{ period: PERIOD, plays: 5 }]);
      const hear = async (count: number, from: Instant): Promise<void> => {
        const reports = Array.from({ length: count }, (_, index) => ({
          playId: uuid(from + index) as PlayId,
          trackId: song!.id,
          startedAt: after(from, index * MINUTE_MS),
          msPlayed: 31_000,
        }));
        for (const outcome of await world.core.playback.recordPlays(bot!.id, reports))
          expect(outcome).toMatchObject({ outcome: 'accepted', verdict: 'payable' });
      };
      await hear(3, at('2026-10-20T00:00:00Z'));
      await hear(2, at('2026-11-05T00:00:00Z'));
      await world.close(NEXT);
      expect((await reversed()).plays).toMatchObject([{ period: NEXT, plays: 3 }]);
      expect((await reversed({ playedIn: NEXT })).plays).toMatchObject([{ period: NEXT, plays: 2 }]);
      for (const playedIn of [PERIOD, NEXT])
        expect(await reverse({ playedIn })).toEqual(err({ code: 'nothing_to_reverse' }));
      await sound();
    });

    test('takes back once, also when two say so at once', async () => {
      await sharedSong();
      await world.listen(bot!, tune!, 2, 30);
      await world.close();
      await world.release();
      await reversed({ trackId: tune!.id });
      const outcomes = await Promise.all([reverse(), reverse(), reverse()]);
      expect(outcomes.filter(({ ok }) => ok)).toHaveLength(1);
      expect(await reverse()).toEqual(err({ code: 'nothing_to_reverse' }));
      expect((await world.core.payout.earningsOf(artist!.id)).earned.micros).toBe(shareOf(7n, artist!));
      await sound();
    });

    test('finds nothing where nothing was paid, and nothing before the close', async () => {
      await sharedSong();
      expect(await reverse()).toEqual(err({ code: 'month_not_closed', month: PERIOD }));
      await world.close();
      expect(await reverse({ playedIn: NEXT })).toEqual(err({ code: 'month_not_closed', month: NEXT }));
      expect(await reverse({ listenerId: artist!.id })).toEqual(err({ code: 'nothing_to_reverse' }));
      expect(await reverse({ trackId: tune!.id })).toEqual(err({ code: 'nothing_to_reverse' }));
      expect(await world.balancesOf(artist!, 'artist_pending')).toEqual([shareOf(12n, artist!)]);
      await sound();
    });
  });
};
