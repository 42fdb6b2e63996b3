import type { UserId } from '@backline/core/accounts';
import type { TrackId } from '@backline/core/catalog';
import { DAY_MS, SECOND_MS, type Instant, USD, after, instant, micros, money, month } from '@backline/core/kernel';
import {
  type CloseInputs,
  type Debt,
  type EarnedReceipt,
  type PayableCount,
  type PayoutPolicy,
  type RateVersion,
  type SplitVersion,
  type TrackOwner,
  type UnpaidCount,
  playCounts,
} from '@backline/core/payout';
import type { InvoiceId } from '@backline/core/subscriptions';
import fc from 'fast-check';

/** What a close begins with, with its counts as plain rows. */
export type MonthCase = Omit<CloseInputs, 'payable'> & { readonly payable: readonly PayableCount[] };

export const inputsOf = (it: MonthCase): CloseInputs => ({ ...it, payable: playCounts(it.payable) });

export const PERIOD = month('2026-10');
export const PERIOD_START = instant(Date.parse('2026-10-01T00:00:00Z'));

export const FANS = [101, 102, 103, 104, 105, 106] as readonly number[] as readonly UserId[];
export const ARTISTS = [1, 2, 3, 4] as readonly number[] as readonly UserId[];
const COLLABORATORS = [...ARTISTS, 7 as UserId, 8 as UserId];

export const TRACKS: readonly TrackOwner[] = [11, 12, 13, 14, 15].map((id, index) => ({
  trackId: id as TrackId,
  artistId: ARTISTS[index % ARTISTS.length]!,
}));

const trackId = fc.constantFrom(...TRACKS.map((track) => track.trackId));

/** Mostly the period itself; what is late is of the months before. */
const playedIn = fc.oneof(
  { weight: 6, arbitrary: fc.constant(PERIOD) },
  { weight: 1, arbitrary: fc.constantFrom(month('2026-09'), month('2026-08')) },
);

const payable: fc.Arbitrary<PayableCount> = fc.record({
  listenerId: fc.constantFrom(...FANS),
  trackId,
  playedIn,
  plays: fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 310 })),
});

const unpaid: fc.Arbitrary<UnpaidCount> = fc.record({
  trackId,
  playedIn,
  verdict: fc.constantFrom('too-short', 'self-play', 'unfunded', 'daily-cap', 'overlapping', 'held', 'too-late'),
  plays: fc.integer({ min: 1, max: 20 }),
});

const rateVersion = (id: number, effectiveFrom: string, reference: bigint, multiplier: bigint): RateVersion => ({
  id: id as RateVersion['id'],
  effectiveFrom: month(effectiveFrom),
  reference: money(reference, USD),
  multiplier,
  sourceName: 'somebody',
  sourceUrl: 'https://example.com',
  recordedAt: 0 as Instant,
});

/** A few micros, so that every remainder matters, and the real thing. */
const reference = fc.oneof(fc.bigInt({ min: 1n, max: 7n }), fc.bigInt({ min: 1_000n, max: 9_000n }));

const rates: fc.Arbitrary<readonly RateVersion[]> = fc
  .record({ first: reference, september: fc.option(reference), october: fc.option(reference) })
  .map(({ first, september, october }) => [
    rateVersion(1, '2020-01', first, 2n),
    ...(september === null ? [] : [rateVersion(2, '2026-09', september, 2n)]),
    ...(october === null ? [] : [rateVersion(3, '2026-10', october, 2n)]),
    rateVersion(4, '2026-11', 1_000_000n, 2n),
  ]);

/** 1 to 4 positive parts of the whole. */
export const basisPoints: fc.Arbitrary<readonly number[]> = fc
  .uniqueArray(fc.integer({ min: 1, max: 9_999 }), { maxLength: 3 })
  .map((cuts) => [0, ...cuts.toSorted((a, b) => a - b), 10_000])
  .map((cuts) => cuts.slice(1).map((cut, index) => cut - cuts[index]!));

const splitVersion = fc
  .record({
    trackId,
    effectiveFrom: fc.constantFrom('2026-01', '2026-09', '2026-10', '2026-11'),
    parts: basisPoints,
    users: fc.shuffledSubarray(COLLABORATORS, { minLength: 4, maxLength: 4 }),
    accepted: fc.tuple(fc.boolean(), fc.boolean(), fc.boolean(), fc.boolean()),
  })
  .map((it) => ({
    trackId: it.trackId,
    effectiveFrom: month(it.effectiveFrom),
    shares: it.parts.map((points, index) => ({
      userId: it.users[index]!,
      basisPoints: points,
      acceptedAt: it.accepted[index] ? (0 as Instant) : null,
    })),
  }));

const splits: fc.Arbitrary<readonly SplitVersion[]> = fc
  .array(splitVersion, { maxLength: 5 })
  .map((versions) => versions.map((version, index) => ({ ...version, id: (index + 1) as SplitVersion['id'] })));

const debts: fc.Arbitrary<readonly Debt[]> = fc.uniqueArray(
  fc.record({
    origin: fc.constantFrom(month('2026-07'), month('2026-08'), month('2026-09')),
    userId: fc.constantFrom(...COLLABORATORS),
    trackId,
    splitVersion: fc.constant(null),
    amount: fc.oneof(fc.bigInt({ min: 1n, max: 9n }), fc.bigInt({ min: 1n, max: 3_000_000n })).map(micros),
  }),
  { maxLength: 5, selector: ({ origin, userId, trackId }) => `${origin} ${userId} ${trackId}` },
);

/** One fan's payment for a month or so around the period, as a share of what their plays cost. */
const payment = fc.record({
  percentOfCost: fc.constantFrom(0, 50, 100, 100, 110, 200, 300, 500, 1_000),
  extra: fc.bigInt({ min: 0n, max: 12n }),
  fromDay: fc.integer({ min: -20, max: 25 }),
  seconds: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 40 * 86_400 })),
  taxPercent: fc.constantFrom(0n, 0n, 19n),
  feePerMille: fc.constantFrom(0n, 29n, 80n),
  backPercent: fc.constantFrom(0n, 0n, 0n, 0n, 33n, 100n),
  disputed: fc.boolean(),
  proration: fc.option(fc.bigInt({ min: 1n, max: 500n }), { freq: 4 }),
});

type Payment = typeof payment extends fc.Arbitrary<infer T> ? T : never;

const receiptOf = (userId: UserId, number: number, cost: bigint, it: Payment): EarnedReceipt => {
  const untaxed = (cost * BigInt(it.percentOfCost)) / 100n + it.extra;
  const tax = (untaxed * it.taxPercent) / 100n;
  const paid = untaxed + tax;
  const back = (paid * it.backPercent) / 100n;
  const serviceFrom = after(PERIOD_START, it.fromDay * DAY_MS);
  const line = { serviceFrom, serviceUntil: after(serviceFrom, it.seconds * SECOND_MS) };
  const earlier = { serviceFrom, serviceUntil: after(serviceFrom, Math.floor(it.seconds / 2) * SECOND_MS) };
  return {
    invoiceId: `in_${userId}_${number}` as InvoiceId,
    userId,
    paid: money(paid, USD),
    tax: micros(tax),
    fee: micros((paid * it.feePerMille) / 1_000n),
    refunded: micros(it.disputed ? 0n : back),
    disputed: micros(it.disputed ? back : 0n),
    lines:
      it.proration === null
        ? [{ amount: micros(untaxed), ...line }]
        : [
            { amount: micros(-it.proration), ...earlier },
            { amount: micros(untaxed + it.proration), ...line },
          ],
  };
};

/** Each fan pays 0 to 2 times; together from nothing to much more than their plays cost. */
const receiptsFor = (
  counts: readonly PayableCount[],
  perPlay: bigint,
  policy: PayoutPolicy,
): fc.Arbitrary<readonly EarnedReceipt[]> =>
  fc.tuple(...FANS.map(() => fc.array(payment, { maxLength: 2 }))).map((payments) =>
    FANS.flatMap((userId, index) => {
      const plays = counts.reduce((sum, count) => sum + (count.listenerId === userId ? count.plays : 0), 0);
      const cost = (BigInt(Math.max(plays, 3)) * perPlay * 10_000n) / BigInt(policy.fundBasisPoints);
      return payments[index]!.map((each, number) => receiptOf(userId, number, cost, each));
    }),
  );

const opening = (scale: bigint) =>
  fc.record({
    reserve: fc
      .oneof(fc.constant(0n), fc.bigInt({ min: 0n, max: 40n }), fc.bigInt({ min: 0n, max: scale }))
      .map(micros),
    debts: fc.oneof(fc.constant([]), debts),
    shortfalls: fc.oneof(
      fc.constant([]),
      fc.array(fc.bigInt({ min: 0n, max: scale }).map(micros), { maxLength: 14, size: 'max' }),
    ),
  });

/**
 * A month of a small platform, solvent or not: groups of a listener, a track and a month, and then a count, so that
 * fans meet at the same tracks.
 */
export const monthCase = (policy: PayoutPolicy): fc.Arbitrary<MonthCase> =>
  fc
    .record({ counts: fc.array(payable, { minLength: 1, maxLength: 14 }), rates, splits })
    .chain(({ counts, rates: versions, splits: agreed }) => {
      const perPlay = versions[0]!.reference.micros * 2n;
      return fc.record({
        period: fc.constant(PERIOD),
        currency: fc.constant(USD),
        policy: fc.constant(policy),
        rates: fc.constant(versions),
        splits: fc.constant(agreed),
        tracks: fc.constant(TRACKS),
        payable: fc.constant(counts),
        unpaid: fc.array(unpaid, { maxLength: 6 }),
        receipts: receiptsFor(counts, perPlay, policy),
        opening: opening(perPlay * 200n),
      });
    });
