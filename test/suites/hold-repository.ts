import { beforeEach, describe, expect, test } from '@jest/globals';
import type { User } from '@backline/core/accounts';
import type { Track, TrackId } from '@backline/core/catalog';
import { DAY_MS, MINUTE_MS, after, day, dayOf, dayStart, month, monthStart, ok } from '@backline/core/kernel';
import type { DayHold, HoldDecision, HoldId, ListeningDay, TrackHold } from '@backline/core/payout';
import type { Verdict } from '@backline/core/playback';
import { type OpenHarness, commit, contend, eachTest } from './harness.ts';
import { beginClosing, endClosing, openMonth } from './ledger-samples.ts';
import { NOW, addArtist, addPlays, addTrack, addUser, playOf, rejudge, uuid } from './samples.ts';

const DAY = day('2026-11-15');
const PERIOD = month('2026-11');
const [FIRST, SECOND] = [1, 2].map((number) => uuid(number) as HoldId) as [HoldId, HoldId];

const holdOf = ({ id }: User, changes: Partial<DayHold> = {}): DayHold => ({
  scope: { of: 'listening-day', listenerId: id, day: DAY },
  reason: { code: 'mostly-one-artist', plays: 120, allowed: 100, ofOneArtist: 119, allowedPercent: 80 },
  policyVersion: 1,
  decided: null,
  ...changes,
});

const copyHold = (trackId: TrackId, asTrackId: TrackId): TrackHold => ({
  scope: { of: 'track', trackId },
  reason: { code: 'same-recording', trackId, asTrackId },
  policyVersion: 1,
  decided: null,
});

const dayOfIt = ({ id }: User, days = 0) => ({ listenerId: id, day: dayOf(after(NOW, days * DAY_MS)) });

const decisionOf = (decision: HoldDecision['decision']): HoldDecision => ({
  decision,
  by: `O'Brien "ops" é`,
  at: after(NOW, DAY_MS),
});

/** What every HoldRepository and HoldReader promise, whatever stores the holds. */
export const holdRepositorySuite = (adapter: string, open: OpenHarness): void => {
  describe(`HoldRepository and HoldReader on ${adapter}`, () => {
    const harness = eachTest(open);
    const log = () => harness().ports.playLog;
    const reader = () => harness().ports.holdReader;
    const raise = (hold: DayHold, id = FIRST, at = NOW) => commit(log(), ({ holds }) => holds.raise(hold, id, at));
    const raiseOn = ({ id }: Track, ofTrackId: TrackId, at = NOW, holdId = FIRST) =>
      commit(log(), ({ holds }) => holds.raiseOnTrack(copyHold(id, ofTrackId), holdId, at));
    const find = (id: HoldId) => commit(log(), ({ holds }) => holds.find(id));
    const decide = (decision: HoldDecision['decision'], id = FIRST) =>
      commit(log(), ({ holds }) => holds.decide(id, decisionOf(decision)));
    const heldDaysOf = async ({ id }: User) =>
      (await commit(log(), ({ plays }) => plays.listenerFacts([id]))).get(id)!.heldDays;

    const heldTracks = (...tracks: Track[]) =>
      commit(log(), ({ plays }) => plays.heldTracks(tracks.map(({ id }) => id)));
    const closedAt = async () => {
      const closed = await commit(harness().ports.uow, ({ periods }) => periods.find(PERIOD));
      return closed?.status === 'closed' ? closed.closedAt : null;
    };

    const listed = async (undecided: boolean, limit = 10) =>
      (await reader().holds({ undecided }, limit)).map(({ id }) => id);
    const busyDays = async (moreThan: number, from = after(dayStart(NOW), -5 * DAY_MS)) =>
      (await reader().busyDays(from, moreThan))
        .map((it): ListeningDay => ({ ...it, byArtist: it.byArtist.toSorted((a, b) => a.artistId - b.artistId) }))
        .toSorted((a, b) => a.listenerId - b.listenerId || (a.day < b.day ? -1 : 1));

    test('returns what was raised', async () => {
      const fan = await addUser(harness());
      const raised = { ...holdOf(fan), id: FIRST, raisedAt: NOW, reportedFrom: null };
      expect(await raise(holdOf(fan))).toEqual(raised);
      expect(await find(FIRST)).toEqual(raised);
      expect(await find(SECOND)).toBeNull();
      expect(await reader().holds({ undecided: true }, 10)).toEqual([raised]);
    });

    test('a day is held once, whatever was decided of it', async () => {
      const [fan, other] = [await addUser(harness()), await addUser(harness())];
      await raise(holdOf(fan));
      expect(await raise(holdOf(fan), SECOND)).toBeNull();
      await decide('released');
      expect(await raise(holdOf(fan), SECOND)).toBeNull();
      expect(await raise(holdOf(other), SECOND)).not.toBeNull();
    });

    test('two that raise the same at once raise it once', async () => {
      const fan = await addUser(harness());
      const { second } = await contend(
        log(),
        ({ holds }) => holds.raise(holdOf(fan), FIRST, NOW),
        ({ holds }) => holds.raise(holdOf(fan), SECOND, NOW),
        () => ok(null),
      );
      expect(second).toBeNull();
    });

    test('is decided once, also by two at once', async () => {
      const fan = await addUser(harness());
      const raised = await raise(holdOf(fan));
      expect(await decide('refused', SECOND)).toBe(false);
      const { second } = await contend(
        log(),
        ({ holds }) => holds.decide(FIRST, decisionOf('refused')),
        ({ holds }) => holds.decide(FIRST, decisionOf('released')),
        () => ok(null),
      );
      expect(second).toBe(false);
      expect(await decide('released')).toBe(false);
      expect(await find(FIRST)).toEqual({ ...raised, decided: decisionOf('refused') });
    });

    test('holds the listener’s day until it is released', async () => {
      const [fan, other] = [await addUser(harness()), await addUser(harness())];
      const held = [{ day: dayStart(NOW), reportedFrom: null }];
      await raise(holdOf(fan));
      await raise(holdOf(other), SECOND);
      expect([await heldDaysOf(fan), await heldDaysOf(other)]).toEqual([held, held]);
      await decide('released');
      await decide('refused', SECOND);
      expect([await heldDaysOf(fan), await heldDaysOf(other)]).toEqual([[], held]);
    });

    test('lists the latest first, all or those that are not decided, and so many at most', async () => {
      const [fan, other] = [await addUser(harness()), await addUser(harness())];
      await raise(holdOf(fan));
      await raise(holdOf(other), SECOND, after(NOW, 1));
      await decide('released');
      expect(await listed(false)).toEqual([SECOND, FIRST]);
      expect(await listed(true)).toEqual([SECOND]);
      expect(await listed(false, 1)).toEqual([SECOND]);
    });

    test('is not raised while its month is closing, and then is of what is reported since', async () => {
      const fan = await addUser(harness());
      await openMonth(harness(), PERIOD);
      await beginClosing(harness(), PERIOD);
      expect(await raise(holdOf(fan))).toBeNull();
      await endClosing(harness(), PERIOD);
      const reportedFrom = await closedAt();
      expect(reportedFrom).not.toBeNull();
      expect(await raise(holdOf(fan))).toMatchObject({ reportedFrom });
      expect(await heldDaysOf(fan)).toEqual([{ day: dayStart(NOW), reportedFrom }]);
    });

    test('no close of its month begins before it is all there', async () => {
      const fan = await addUser(harness());
      await openMonth(harness(), PERIOD);
      let closing: Promise<unknown> = Promise.resolve();
      const order: string[] = [];
      await commit(log(), async ({ holds }) => {
        await holds.raise(holdOf(fan), FIRST, NOW);
        closing = beginClosing(harness(), PERIOD).then(() => order.push('closing'));
        await new Promise((resolve) => setTimeout(resolve, 100));
        order.push('held');
      });
      await closing;
      expect(order).toEqual(['held', 'closing']);
    });

    describe('on a track', () => {
      let fan: User;
      let song: Track;
      let copy: Track;
      beforeEach(async () => {
        fan = await addUser(harness());
        song = await addTrack(harness(), await addArtist(harness()));
        copy = await addTrack(harness(), await addArtist(harness()));
      });

      test('is as it was raised, once for each track, until it is released', async () => {
        const raised = { ...copyHold(copy.id, song.id), id: FIRST, raisedAt: NOW, since: null };
        expect(await reader().ofTrack(copy.id)).toBeNull();
        expect(await raiseOn(copy, song.id)).toEqual(raised);
        expect(await raiseOn(copy, song.id, NOW, SECOND)).toBe('known');
        expect(await find(FIRST)).toEqual(raised);
        expect(await reader().ofTrack(copy.id)).toEqual(raised);
        expect(await reader().holds({ undecided: true }, 10)).toEqual([raised]);
        expect(await heldTracks(song, copy)).toEqual([{ trackId: copy.id, since: null }]);
        await decide('released');
        expect(await heldTracks(song, copy)).toEqual([]);
        expect(await raiseOn(copy, song.id, NOW, SECOND)).toBe('known');
      });

      test('stays when it is refused', async () => {
        await raiseOn(copy, song.id);
        await decide('refused');
        expect(await heldTracks(copy)).toEqual([{ trackId: copy.id, since: null }]);
      });

      test('waits for a close, and then leaves out what it has counted', async () => {
        await openMonth(harness(), PERIOD);
        await beginClosing(harness(), PERIOD);
        expect(await raiseOn(copy, song.id)).toBe('closing');
        await endClosing(harness(), PERIOD);
        const since = { startedAt: monthStart(month('2026-12')), reportedAt: await closedAt() };
        expect(await raiseOn(copy, song.id)).toMatchObject({ since });
        expect(await heldTracks(copy)).toEqual([{ trackId: copy.id, since }]);
      });

      test('tells where plays still have other verdicts, on one track or on all', async () => {
        const other = await addUser(harness());
        await addPlays(harness(), [
          playOf(1, fan, copy),
          playOf(2, fan, copy),
          playOf(3, fan, copy, { startedAt: after(NOW, DAY_MS) }),
          playOf(4, other, copy, { verdict: 'too-short' }),
          playOf(5, other, song),
        ]);
        expect(await reader().unapplied(null)).toEqual([]);
        await raiseOn(copy, song.id);
        const both = [dayOfIt(fan), dayOfIt(fan, 1)];
        expect([await reader().unapplied(null), await reader().unapplied(copy.id)]).toEqual([both, both]);
        expect(await reader().unapplied(song.id)).toEqual([]);
        await rejudge(harness(), [
          [playOf(1, fan, copy), 'held'],
          [playOf(2, fan, copy), 'held'],
        ]);
        expect(await reader().unapplied(null)).toEqual([dayOfIt(fan, 1)]);
        await decide('released');
        expect(await reader().unapplied(null)).toEqual([dayOfIt(fan)]);
        await raise(holdOf(fan), SECOND);
        expect(await reader().unapplied(null)).toEqual([]);
      });

      test('leaves to a close what it has counted', async () => {
        await addPlays(harness(), [playOf(1, fan, copy)]);
        await openMonth(harness(), PERIOD);
        await beginClosing(harness(), PERIOD);
        await endClosing(harness(), PERIOD);
        await raiseOn(copy, song.id);
        expect(await reader().unapplied(null)).toEqual([]);
        const late = (await closedAt())!;
        await addPlays(harness(), [playOf(2, fan, copy, { reportedAt: late })]);
        expect(await reader().unapplied(null)).toEqual([{ listenerId: fan.id, day: DAY }]);
      });
    });

    describe('busy days', () => {
      let number = 0;
      const listen = async (fan: User, track: Track, verdicts: readonly Verdict[], startedAt = dayStart(NOW)) => {
        const plays = verdicts.map((verdict, index) =>
          playOf((number += 1), fan, track, { verdict, startedAt: after(startedAt, index * MINUTE_MS) }),
        );
        await addPlays(harness(), plays);
        return plays;
      };
      test('are those with more than so many payable and held plays, by artist', async () => {
        const [fan, other] = [await addUser(harness()), await addUser(harness())];
        const [one, two] = [await addArtist(harness()), await addArtist(harness())];
        const [song, tune] = [await addTrack(harness(), one), await addTrack(harness(), two)];
        await listen(fan, song, ['payable', 'held', 'too-short', 'unfunded', 'daily-cap', 'payable']);
        await listen(fan, await addTrack(harness(), one), ['payable'], after(dayStart(NOW), DAY_MS - 1));
        await listen(fan, tune, ['payable', 'overlapping', 'self-play', 'too-late']);
        await listen(other, song, ['payable', 'payable', 'payable', 'payable']);
        await listen(fan, song, ['payable'], after(dayStart(NOW), -1));
        const own: ListeningDay = {
          listenerId: fan.id,
          day: DAY,
          byArtist: [
            { artistId: one.id, plays: 4 },
            { artistId: two.id, plays: 1 },
          ],
        };
        expect(await busyDays(4)).toEqual([own]);
        expect(await busyDays(5)).toEqual([]);
        expect(await busyDays(3)).toEqual([
          own,
          { listenerId: other.id, day: DAY, byArtist: [{ artistId: one.id, plays: 4 }] },
        ]);
      });

      test('are counted by the verdicts that plays have now, from the day given on', async () => {
        const fan = await addUser(harness());
        const track = await addTrack(harness(), await addArtist(harness()));
        const plays = await listen(fan, track, ['payable', 'payable']);
        expect(await busyDays(1)).toHaveLength(1);
        expect(await busyDays(1, after(dayStart(NOW), DAY_MS))).toEqual([]);
        await rejudge(harness(), [[plays[0]!, 'unfunded']]);
        expect(await busyDays(1)).toEqual([]);
      });

      test('are not told again once they are held', async () => {
        const fan = await addUser(harness());
        await listen(fan, await addTrack(harness(), await addArtist(harness())), ['payable', 'payable']);
        await raise(holdOf(fan));
        await decide('released');
        expect(await busyDays(1)).toEqual([]);
      });
    });
  });
};
