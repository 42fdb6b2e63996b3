import { describe, expect, test } from '@jest/globals';
import { DAY_MS, after, before, dayStart, instant } from '@backline/core/kernel';
import { type UnjudgedPlay, type Verdict, byStart, endOf } from '@backline/core/playback';
import fc from 'fast-check';
import { verdictsByTheText } from '../../arbitraries/oracle.ts';
import {
  type JudgedPlay,
  LISTENERS,
  type PlayedMonth,
  alone,
  closeInputsOf,
  factsOf,
  fundingOf,
  judgedBy,
  playedMonth,
} from '../../arbitraries/played-month.ts';
import { SEEDED } from '../../arbitraries/seed.ts';
import type { PayoutRules } from './rules.ts';

/** What a close has counted of a play, told to the millisecond or one short of it. */
const sinceWhen = fc.record({
  ever: fc.boolean(),
  started: fc.constantFrom(0, 1),
  reported: fc.constantFrom(0, 1),
});

const verdictsOf = (judged: readonly JudgedPlay[]): ReadonlyMap<string, Verdict> =>
  new Map(judged.map(([{ playId }, { verdict }]) => [playId, verdict]));

const payable = (judged: readonly JudgedPlay[]): number =>
  judged.filter(([, { verdict }]) => verdict === 'payable').length;

const startedOn =
  (day: number) =>
  (play: UnjudgedPlay): boolean =>
    dayStart(play.startedAt) === day;

/** R3 and R4, up to what the plays earn. */
export const verdictLaws = ({ judge, policy, closeMonth }: PayoutRules): void => {
  const months = playedMonth(policy);
  const judged = ({ plays }: PlayedMonth) => judgedBy(judge, plays);
  const earned = (it: readonly JudgedPlay[], paid: bigint) => closeMonth(closeInputsOf(it, paid, policy));

  const whenHeard = (msPlayed: number, trackDurationMs: number): Verdict | undefined => {
    const [play] = fc.sample(months, { ...SEEDED, numRuns: 1 })[0]!.plays;
    const it = {
      ...play!,
      listenerId: 101 as never,
      artistId: 2 as never,
      reportedAt: play!.startedAt,
      msPlayed,
      trackDurationMs,
    };
    return judge({ plays: [alone(it)], ...factsOf([{ from: instant(0), until: null }]) })[0]?.verdict;
  };

  describe('a verdict', () => {
    test('meets its rules often enough in these months to be tested by them', () => {
      const sample = fc.sample(months, { ...SEEDED, numRuns: 600 }).map((it) => ({ it, is: judged(it) }));
      const share = (holds: (it: PlayedMonth, is: readonly JudgedPlay[]) => boolean): number =>
        sample.filter(({ it, is }) => holds(it, is)).length / sample.length;
      const meets = (verdict: Verdict): number =>
        share((_, is) => is.some(([, judgment]) => judgment.verdict === verdict));
      expect(meets('daily-cap')).toBeGreaterThan(0.2);
      expect(share((it, is) => earned(is, it.paid).funding.unfunded > 0n)).toBeGreaterThan(0.15);
      for (const verdict of ['payable', 'too-short', 'self-play', 'unfunded', 'overlapping', 'too-late'] as const)
        expect([verdict, meets(verdict) > 0.1]).toEqual([verdict, true]);
    });

    test('is the one that the text gives', () => {
      fc.assert(
        fc.property(months, (it) => {
          const is = verdictsOf(judged(it));
          for (const listenerId of LISTENERS) {
            const own = it.plays.filter((play) => play.listenerId === listenerId);
            for (const [playId, verdict] of verdictsByTheText(own, fundingOf(listenerId), policy))
              expect([playId, is.get(playId)]).toEqual([playId, verdict]);
          }
        }),
        { ...SEEDED, numRuns: 300 },
      );
    });

    test('does not depend on the order of arrival or on how often a play is reported, and neither does what is earned', () => {
      const reports = months.chain((it) =>
        fc.tuple(
          fc.constant(it),
          fc
            .array(fc.constantFrom(...it.plays), { maxLength: 20 })
            .chain((again) =>
              fc.shuffledSubarray([...it.plays, ...again], { minLength: it.plays.length + again.length }),
            ),
        ),
      );
      fc.assert(
        fc.property(reports, ([it, reported]) => {
          const again = judgedBy(judge, reported);
          expect(verdictsOf(again)).toEqual(verdictsOf(judged(it)));
          expect(earned(again, it.paid)).toEqual(earned(judged(it), it.paid));
        }),
        SEEDED,
      );
    });

    test('is exactly one for each play, and each play is counted once', () => {
      fc.assert(
        fc.property(months, (it) => {
          const close = earned(judged(it), it.paid);
          const counted = close.tracks.flatMap(({ plays }) =>
            plays.map((each) => each.payable + Object.values(each.unpaid).reduce((sum, count) => sum + count, 0)),
          );
          expect(counted.reduce((sum, count) => sum + count, 0)).toBe(it.plays.length);
        }),
        SEEDED,
      );
    });

    test('pays exactly the payable plays', () => {
      fc.assert(
        fc.property(months, (it) => {
          const { tracks, transactions, solvency } = earned(judged(it), it.paid);
          const nominal = tracks.reduce((sum, track) => sum + track.nominal, 0n);
          expect(nominal).toBe(BigInt(payable(judged(it))) * 8_000n);
          expect(solvency.liability).toBe(nominal);
          const shares = tracks.flatMap((track) => track.shares);
          const booked = transactions
            .flatMap(({ entries }) => entries)
            .filter(({ account }) => /^artist_(pending|deferred)/.test(account));
          expect(booked.reduce((sum, { amount }) => sum + amount, 0n)).toBe(
            shares.reduce((sum, { funded, deferred }) => sum + funded + deferred, 0n),
          );
        }),
        SEEDED,
      );
    });

    test('pays nobody for hearing what they earn from', () => {
      fc.assert(
        fc.property(months, fc.nat(), fc.nat(), ({ plays }, first, last) => {
          for (const [play, { verdict }] of judgedBy(judge, plays))
            if (play.listenerId === play.artistId) expect(['self-play', 'too-late']).toContain(verdict);

          const [{ trackId, startedAt: from }, { startedAt: until }] = [first, last].map(
            (pick) => plays[pick % plays.length]!,
          ) as [UnjudgedPlay, UnjudgedPlay];
          const before = verdictsOf(judgedBy(judge, plays));
          for (const [play, { verdict }] of judgedBy(judge, plays, { earning: [{ trackId, from, until }] }))
            if (play.trackId !== trackId) expect(verdict).toBe(before.get(play.playId));
            else if (from <= play.startedAt && play.startedAt < until)
              expect(['self-play', 'too-late']).toContain(verdict);
            else if (play.listenerId !== play.artistId) expect(verdict).not.toBe('self-play');
        }),
        SEEDED,
      );
    });

    test('of a day that is held is held where it was payable, and is otherwise what it was', () => {
      fc.assert(
        fc.property(months, fc.nat(), fc.boolean(), ({ plays }, pick, whole) => {
          const { startedAt, reportedAt } = plays[pick % plays.length]!;
          const [day, reportedFrom] = [dayStart(startedAt), whole ? null : reportedAt];
          const before = verdictsOf(judgedBy(judge, plays));
          for (const [play, { verdict }] of judgedBy(judge, plays, { heldDays: [{ day, reportedFrom }] })) {
            const was = before.get(play.playId);
            const isOfIt =
              dayStart(play.startedAt) === day && (reportedFrom === null || play.reportedAt >= reportedFrom);
            expect(verdict).toBe(was === 'payable' && isOfIt ? 'held' : was);
          }
        }),
        SEEDED,
      );
    });

    test('of a track that is held is held where it was payable, but for what a close has counted', () => {
      fc.assert(
        fc.property(months, fc.nat(), sinceWhen, ({ plays }, pick, when) => {
          const play = plays[pick % plays.length]!;
          const { trackId } = play;
          const [startedAt, reportedAt] = [after(play.startedAt, when.started), after(play.reportedAt, when.reported)];
          const since = when.ever ? null : { startedAt, reportedAt };
          const before = verdictsOf(judgedBy(judge, plays));
          for (const [each, { verdict }] of judgedBy(judge, plays, { heldTracks: [{ trackId, since }] })) {
            const was = before.get(each.playId);
            const isOfIt =
              each.trackId === trackId && (when.ever || each.startedAt >= startedAt || each.reportedAt >= reportedAt);
            expect(verdict).toBe(was === 'payable' && isOfIt ? 'held' : was);
          }
        }),
        SEEDED,
      );
    });

    test('pays the earliest plays of a day, as many as the cap allows', () => {
      fc.assert(
        fc.property(months, (it) => {
          const groups = Map.groupBy(
            judged(it),
            ([play]) => `${play.listenerId} ${play.trackId} ${dayStart(play.startedAt)}`,
          );
          for (const group of groups.values()) {
            const verdicts = group
              .map(([, { verdict }]) => verdict)
              .filter((verdict) => verdict === 'payable' || verdict === 'daily-cap');
            const paid = Math.min(verdicts.length, policy.dailyCap);
            expect(verdicts).toEqual(verdicts.map((_, index) => (index < paid ? 'payable' : 'daily-cap')));
          }
        }),
        SEEDED,
      );
    });

    test.each([
      [-1, 'too-short'],
      [0, 'payable'],
    ] as const)('%d ms from the boundary of what counts as heard is %s', (offset, verdict) => {
      expect(whenHeard(policy.minimumHeardMs + offset, policy.minimumHeardMs * 3)).toBe(verdict);
      expect(whenHeard(policy.minimumHeardMs + offset, policy.minimumHeardMs)).toBe(verdict);
      expect(whenHeard(7_000 + offset, 7_000)).toBe(verdict);
    });

    test('of a play that overlaps nothing heard lowers no pay', () => {
      fc.assert(
        fc.property(months, fc.nat(), ({ plays, paid }, pick) => {
          const added = plays[pick % plays.length]!;
          const rest = judgedBy(
            judge,
            plays.filter((play) => play !== added),
          );
          const heard = rest.filter(([play, { occupying }]) => occupying && play.listenerId === added.listenerId);
          fc.pre(heard.every(([play]) => endOf(play) <= added.startedAt || play.startedAt >= endOf(added)));
          const nominal = (them: readonly JudgedPlay[]): bigint => earned(them, paid).solvency.liability;
          expect(nominal(judgedBy(judge, plays))).toBeGreaterThanOrEqual(nominal(rest));
        }),
        { ...SEEDED, numRuns: 300 },
      );
    });

    test('of batches cut where a day begins in silence is that of all together', () => {
      fc.assert(
        fc.property(months, fc.nat(), ({ plays }, pick) => {
          const cut = after(dayStart(plays[pick % plays.length]!.startedAt), DAY_MS);
          const [early, late] = [
            plays.filter((play) => play.startedAt < cut),
            plays.filter((play) => play.startedAt >= cut),
          ];
          fc.pre(early.every((play) => endOf(play) <= cut));
          const apart = new Map([...verdictsOf(judgedBy(judge, early)), ...verdictsOf(judgedBy(judge, late))]);
          expect(apart).toEqual(verdictsOf(judgedBy(judge, plays)));
        }),
        SEEDED,
      );
    });

    test('of later plays needs of earlier ones only when the last that was heard ends, and how many were paid that day', () => {
      fc.assert(
        fc.property(months, fc.nat(), fc.constantFrom(...LISTENERS), ({ plays }, pick, listenerId) => {
          const sorted = plays.filter((play) => play.listenerId === listenerId).toSorted(byStart);
          const all = judgedBy(judge, sorted);
          const cut = pick % (sorted.length + 1);
          const before = all.slice(0, cut);
          const heard = before.filter(([, { occupying }]) => occupying).map(([play]) => endOf(play));
          const later = sorted.slice(cut).map((play) => ({
            play,
            busyUntil: heard.length === 0 ? null : instant(Math.max(...heard)),
            paidThatDay: before.filter(
              ([other, { verdict }]) =>
                verdict === 'payable' &&
                other.trackId === play.trackId &&
                dayStart(other.startedAt) === dayStart(play.startedAt),
            ).length,
          }));
          expect(judge({ plays: later, ...factsOf(fundingOf(listenerId)) })).toEqual(
            all.slice(cut).map(([, judgment]) => judgment),
          );
        }),
        { ...SEEDED, numRuns: 300 },
      );
    });

    test('of one day does not depend on what is played on others, but for what sounds across midnight', () => {
      fc.assert(
        fc.property(months, fc.nat(), ({ plays }, pick) => {
          const day = dayStart(plays[pick % plays.length]!.startedAt);
          fc.pre(plays.filter(startedOn(dayStart(before(day, 1)))).every((play) => endOf(play) <= day));
          const all = verdictsOf(judgedBy(judge, plays));
          for (const [playId, verdict] of verdictsOf(judgedBy(judge, plays.filter(startedOn(day)))))
            expect([playId, verdict]).toEqual([playId, all.get(playId)]);
        }),
        SEEDED,
      );
    });
  });
};
