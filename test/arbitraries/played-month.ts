import type { UserId } from '@backline/core/accounts';
import type { TrackId } from '@backline/core/catalog';
import {
  DAY_MS,
  HOUR_MS,
  MINUTE_MS,
  SECOND_MS,
  USD,
  after,
  before,
  instant,
  micros,
  money,
  month,
  monthOf,
} from '@backline/core/kernel';
import { type CloseInputs, FIRST_RATE, type PayoutPolicy, type UnpaidCount, playCounts } from '@backline/core/payout';
import {
  type FundedSpan,
  type HeardPlay,
  type Hearing,
  type Judge,
  type Judgment,
  type PlayId,
  type UnjudgedPlay,
  byStart,
} from '@backline/core/playback';
import type { InvoiceId } from '@backline/core/subscriptions';
import fc from 'fast-check';

const MONTH_START = instant(Date.parse('2026-10-01T00:00:00Z'));

/** Two fans who pay, one who does not, and an artist who listens. */
export const LISTENERS = [101, 102, 103, 1] as readonly number[] as readonly UserId[];
const NOT_PAYING = 103 as UserId;

const HEARD = [
  { trackId: 11 as TrackId, artistId: 1 as UserId, trackDurationMs: 180_000 },
  { trackId: 12 as TrackId, artistId: 2 as UserId, trackDurationMs: 240_000 },
  { trackId: 13 as TrackId, artistId: 2 as UserId, trackDurationMs: 20_000 },
];

export type PlayedMonth = {
  readonly plays: readonly UnjudgedPlay[];
  /** What each listener who pays has paid, for the whole month. */
  readonly paid: bigint;
};

export const fundingOf = (listenerId: UserId): readonly FundedSpan[] =>
  listenerId === NOT_PAYING ? [] : [{ from: instant(0), until: null }];

const group = (policy: PayoutPolicy) =>
  fc.record({
    listenerId: fc.constantFrom(LISTENERS[0]!, ...LISTENERS),
    track: fc.constantFrom(...HEARD),
    dayOfMonth: fc.oneof(
      { weight: 3, arbitrary: fc.integer({ min: 0, max: 2 }) },
      { weight: 1, arbitrary: fc.integer({ min: 3, max: 30 }) },
    ),
    firstAt: fc.oneof(
      fc.integer({ min: 0, max: 22 * HOUR_MS }),
      fc.constantFrom(12 * HOUR_MS, 12 * HOUR_MS, DAY_MS - 2 * MINUTE_MS),
    ),
    /** The second, and then one in so many, is stopped after a moment. */
    stoppedEvery: fc.constantFrom(Infinity, Infinity, 3),
    count: fc.oneof(
      fc.integer({ min: 1, max: 4 }),
      fc.integer({ min: policy.dailyCap + 1, max: policy.dailyCap + 4 }),
      fc.integer({ min: policy.dailyCap, max: policy.dailyCap * 2 }),
    ),
    everyMs: fc.constantFrom(
      0,
      policy.minimumHeardMs,
      policy.minimumHeardMs + SECOND_MS,
      4 * MINUTE_MS,
      10 * MINUTE_MS,
      SECOND_MS,
    ),
    msPlayed: fc.constantFrom(
      policy.minimumHeardMs,
      policy.minimumHeardMs,
      policy.minimumHeardMs - 1,
      180_000,
      19_999,
      20_000,
    ),
    reportedAfter: fc.constantFrom(0, 0, 0, 0, policy.lateAfterMs, policy.lateAfterMs + 1),
  });

/** A month of several listeners, in groups of a listener, a track and a day, and then a count. */
export const playedMonth = (policy: PayoutPolicy): fc.Arbitrary<PlayedMonth> =>
  fc
    .record({
      groups: fc.array(group(policy), { minLength: 1, maxLength: 9, size: 'max' }),
      paid: fc.constantFrom(0n, 20_000n, 100_000n, 10_000_000n),
    })
    .map(({ groups, paid }) => ({
      paid,
      plays: groups.flatMap(
        ({ track, listenerId, dayOfMonth, firstAt, count, everyMs, msPlayed, stoppedEvery, reportedAfter }, index) =>
          Array.from({ length: count }, (_, number): UnjudgedPlay => {
            const startedAt = after(MONTH_START, dayOfMonth * DAY_MS + firstAt + number * everyMs);
            return {
              ...track,
              listenerId,
              playId: playId(index, number),
              startedAt,
              msPlayed: number % stoppedEvery === 1 ? 5_000 : msPlayed,
              reportedAt: after(startedAt, reportedAfter),
            };
          }),
      ),
    }));

/** In no order that has to do with the time. */
const playId = (group: number, number: number): PlayId =>
  `${((group * 7919 + number * 104_729) % 65_536).toString(16).padStart(8, '0')}-0000-4000-8000-${group.toString(16).padStart(6, '0')}${number.toString(16).padStart(6, '0')}` as PlayId;

/** All that is known of the account is judged with it. */
export const alone = (play: UnjudgedPlay): HeardPlay => ({ play, busyUntil: null, paidThatDay: 0 });

/** Of a listener who has no share in a track and of whom nothing is held. */
export const factsOf = (funding: readonly FundedSpan[]): Omit<Hearing, 'plays'> => ({
  funding,
  earning: [],
  heldDays: [],
  heldTracks: [],
});

export type JudgedPlay = readonly [play: UnjudgedPlay, judgment: Judgment];

/** Each listener's plays in judging order, every play once however often it was reported. */
export const judgedBy = (
  judge: Judge,
  reported: readonly UnjudgedPlay[],
  facts: Partial<Omit<Hearing, 'plays'>> = {},
): readonly JudgedPlay[] => {
  const plays = [...new Map(reported.map((play) => [play.playId, play])).values()];
  return [...Map.groupBy(plays, ({ listenerId }) => listenerId)].flatMap(([listenerId, own]) => {
    const sorted = own.toSorted(byStart);
    const judgments = judge({ plays: sorted.map(alone), ...factsOf(fundingOf(listenerId)), ...facts });
    return sorted.map((play, index): JudgedPlay => [play, judgments[index]!]);
  });
};

/** The month's close, from the plays as they were judged. */
export const closeInputsOf = (judged: readonly JudgedPlay[], paid: bigint, policy: PayoutPolicy): CloseInputs => {
  const rows = judged.map(([{ listenerId, trackId, startedAt }, { verdict }]) => ({
    listenerId,
    trackId,
    playedIn: monthOf(startedAt),
    verdict,
    plays: 1,
  }));
  return {
    period: month('2026-10'),
    currency: USD,
    policy,
    rates: [{ ...FIRST_RATE, id: 1 as CloseInputs['rates'][number]['id'] }],
    splits: [],
    tracks: HEARD,
    payable: playCounts(rows.filter(({ verdict }) => verdict === 'payable')),
    unpaid: rows.filter(({ verdict }) => verdict !== 'payable') as readonly UnpaidCount[],
    receipts: LISTENERS.filter((listenerId) => listenerId !== NOT_PAYING && paid > 0n).map((userId) => ({
      invoiceId: `in_${userId}` as InvoiceId,
      userId,
      paid: money(paid, USD),
      tax: micros(0n),
      fee: micros(0n),
      refunded: micros(0n),
      disputed: micros(0n),
      lines: [
        { amount: micros(paid), serviceFrom: MONTH_START, serviceUntil: before(after(MONTH_START, 31 * DAY_MS), 1) },
      ],
    })),
    opening: { reserve: micros(0n), debts: [], shortfalls: [] },
  };
};
