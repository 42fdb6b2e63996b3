import { describe, expect, test } from '@jest/globals';
import { DAY_MS, before, dayStart } from '@backline/core/kernel';
import { PAYOUT_POLICY, judgeBy } from '@backline/core/payout';
import { type HeardPlay, type Judgment, type UnjudgedPlay, byStart } from '@backline/core/playback';
import fc from 'fast-check';
import { type History, REPORTED_AT, history } from '../../arbitraries/history.ts';
import { verdictsByTheText } from '../../arbitraries/oracle.ts';
import { factsOf } from '../../arbitraries/played-month.ts';
import { SEEDED } from '../../arbitraries/seed.ts';

const judge = judgeBy(PAYOUT_POLICY);

/** All that is known of the account is judged with it. */
const among = (play: UnjudgedPlay): HeardPlay => ({ play, busyUntil: null, paidThatDay: 0 });

const judged = ({ plays, funding }: History): readonly (readonly [UnjudgedPlay, Judgment])[] => {
  const sorted = plays.toSorted(byStart);
  const judgments = judge({ plays: sorted.map(among), ...factsOf(funding) });
  return sorted.map((play, index) => [play, judgments[index]!] as const);
};

const verdictsOf = (it: History) => new Map(judged(it).map(([play, { verdict }]) => [play.playId, verdict]));

const payable = (it: History): number => [...verdictsOf(it).values()].filter((verdict) => verdict === 'payable').length;

describe('the verdict rule', () => {
  test('gives each play exactly the verdict that the text gives it', () => {
    fc.assert(
      fc.property(history, (it) => expect(verdictsOf(it)).toEqual(verdictsByTheText(it.plays, it.funding))),
      { ...SEEDED, numRuns: 2_000 },
    );
  });

  test('meets its rules often enough in these histories to be tested by them', () => {
    const histories = fc.sample(history, { ...SEEDED, numRuns: 1_000 });
    const share = (verdict: string): number =>
      histories.filter((it) => [...verdictsOf(it).values()].some((each) => each === verdict)).length / histories.length;
    expect(share('daily-cap')).toBeGreaterThan(0.2);
    expect(share('overlapping')).toBeGreaterThan(0.3);
    for (const verdict of ['payable', 'too-short', 'self-play', 'unfunded', 'too-late'])
      expect(share(verdict)).toBeGreaterThan(0.1);
  });

  test('pays nobody for hearing themselves', () => {
    fc.assert(
      fc.property(history, (it) =>
        judged(it).every(([play, { verdict }]) => play.listenerId !== play.artistId || verdict !== 'payable'),
      ),
      SEEDED,
    );
  });

  test('pays at most ten plays of a track on a day', () => {
    fc.assert(
      fc.property(history, (it) => {
        const paid = Map.groupBy(
          judged(it).filter(([, { verdict }]) => verdict === 'payable'),
          ([play]) => `${play.trackId} ${dayStart(play.startedAt)}`,
        );
        expect(Math.max(0, ...[...paid.values()].map(({ length }) => length))).toBeLessThanOrEqual(10);
      }),
      SEEDED,
    );
  });

  test('lets no two paid plays sound at once', () => {
    fc.assert(
      fc.property(history, (it) => {
        const paid = judged(it).filter(([, { verdict }]) => verdict === 'payable');
        expect(paid.every(([play], index) => index === 0 || play.startedAt >= endOf(paid[index - 1]![0]))).toBe(true);
      }),
      SEEDED,
    );
  });

  test('is not moved by plays that are too short to be heard', () => {
    fc.assert(
      fc.property(history, (it) => {
        const verdicts = verdictsOf(it);
        const rest = { ...it, plays: it.plays.filter(({ playId }) => verdicts.get(playId) !== 'too-short') };
        for (const [playId, verdict] of verdictsOf(rest)) expect(verdict).toBe(verdicts.get(playId));
      }),
      SEEDED,
    );
  });

  test('an added play that overlaps nothing heard never lowers what is earned', () => {
    fc.assert(
      fc.property(history, fc.nat(), (it, pick) => {
        const added = it.plays[pick % it.plays.length]!;
        const rest = it.plays.filter((play) => play !== added);
        const heard = judged({ ...it, plays: rest }).filter(([, { occupying }]) => occupying);
        fc.pre(heard.every(([play]) => endOf(play) <= added.startedAt || play.startedAt >= endOf(added)));
        expect(payable(it)).toBeGreaterThanOrEqual(payable({ ...it, plays: rest }));
      }),
      { ...SEEDED, numRuns: 1_000 },
    );
  });

  test('a day that begins in silence is judged alone as it is in its history', () => {
    fc.assert(
      fc.property(history, (it) => {
        const cut = dayStart(before(REPORTED_AT, DAY_MS));
        const [early, late] = [
          it.plays.filter((play) => play.startedAt < cut),
          it.plays.filter((play) => play.startedAt >= cut),
        ];
        fc.pre(early.every((play) => endOf(play) <= cut));
        const apart = new Map([...verdictsOf({ ...it, plays: early }), ...verdictsOf({ ...it, plays: late })]);
        expect(verdictsOf(it)).toEqual(apart);
      }),
      SEEDED,
    );
  });

  test.each([
    [29_999, 180_000, 'too-short'],
    [30_000, 180_000, 'payable'],
    [19_999, 20_000, 'too-short'],
    [20_000, 20_000, 'payable'],
    [29_999, 30_000, 'too-short'],
  ])('%d ms heard of %d ms is %s', (msPlayed, trackDurationMs, verdict) => {
    const [play] = fc.sample(history, { ...SEEDED, numRuns: 1 })[0]!.plays;
    const funding = [{ from: before(REPORTED_AT, DAY_MS), until: null }];
    const heard = {
      ...play!,
      listenerId: 1 as never,
      artistId: 2 as never,
      startedAt: REPORTED_AT,
      msPlayed,
      trackDurationMs,
    };
    expect(judge({ plays: [among(heard)], ...factsOf(funding) })[0]!.verdict).toBe(verdict);
  });

  test.each([
    [30 * DAY_MS, 'payable'],
    [30 * DAY_MS + 1, 'too-late'],
  ])('reported %d ms after it began is %s', (age, verdict) => {
    const [play] = fc.sample(history, { ...SEEDED, numRuns: 1 })[0]!.plays;
    const funding = [{ from: before(REPORTED_AT, 50 * DAY_MS), until: null }];
    const heard = {
      ...play!,
      artistId: 2 as never,
      trackDurationMs: 60_000,
      startedAt: before(REPORTED_AT, age),
      msPlayed: 60_000,
    };
    expect(judge({ plays: [among(heard)], ...factsOf(funding) })[0]!.verdict).toBe(verdict);
  });
});

const endOf = (play: UnjudgedPlay): number => play.startedAt + play.msPlayed;
