import {
  type Brand,
  type Instant,
  type Money,
  type Month,
  type Result,
  USD,
  err,
  instant,
  invariant,
  money,
  month,
  monthOf,
  ok,
  shiftMonth,
  times,
} from '../kernel/index.ts';
import type { RateRefused } from './errors.ts';

/** A positive integer, given by the store. */
export type RateVersionId = Brand<number, 'RateVersionId'>;

/** R2. In force from 00:00Z on the first of `effectiveFrom` until the next version. Append-only. */
export type RateVersion = {
  readonly id: RateVersionId;
  readonly effectiveFrom: Month;
  /** What the reference platform pays for a play, as published. */
  readonly reference: Money;
  /** What artists earn, as a multiple of the reference. */
  readonly multiplier: bigint;
  readonly sourceName: string;
  readonly sourceUrl: string;
  readonly recordedAt: Instant;
};

/** The promise: twice the Spotify rate. */
export const RATE_MULTIPLIER = 2n;

/**
 * The version that every store begins with. payout-rules.md: published estimates run from $0.003 to $0.005 a stream,
 * and independents were measured at $0.0030 worldwide in 2024 (Duetti, Music Economics Report, January 2025).
 */
export const FIRST_RATE: Omit<RateVersion, 'id'> = {
  effectiveFrom: month('2020-01'),
  reference: money(4_000n, USD),
  multiplier: RATE_MULTIPLIER,
  sourceName: 'Duetti, Music Economics Report',
  sourceUrl: 'https://www.duetti.co',
  recordedAt: instant(Date.UTC(2025, 0, 1)),
};

/** Amount earned by one payable play. Exact: a multiple of an integer is never rounded. */
export const perPlay = (rate: RateVersion): Money => times(rate.reference, rate.multiplier);

/** @param rates in any order, with distinct `effectiveFrom` */
export const rateFor = (rates: readonly RateVersion[], month: Month): RateVersion => {
  const inForce = rates
    .filter(({ effectiveFrom }) => effectiveFrom <= month)
    .reduce<RateVersion | undefined>(
      (latest, rate) => (latest === undefined || rate.effectiveFrom > latest.effectiveFrom ? rate : latest),
      undefined,
    );
  invariant(inForce !== undefined, `no rate is in force in ${month}`);
  return inForce;
};

export type RateProposal = Pick<RateVersion, 'effectiveFrom' | 'sourceName' | 'sourceUrl'> & {
  readonly referenceMicros: bigint;
};

/** A month that has begun keeps its rate, and so does one that has a version. */
export const proposeRate = (
  rates: readonly RateVersion[],
  { referenceMicros, ...proposal }: RateProposal,
  now: Instant,
): Result<Omit<RateVersion, 'id'>, RateRefused> => {
  if (referenceMicros <= 0n) return err({ code: 'rate_refused', reason: 'not-positive' });
  if (proposal.effectiveFrom < shiftMonth(monthOf(now), 1))
    return err({ code: 'rate_refused', reason: 'month-has-begun' });
  if (rates.some(({ effectiveFrom }) => effectiveFrom === proposal.effectiveFrom))
    return err({ code: 'rate_refused', reason: 'month-has-a-rate' });

  const { reference } = rateFor(rates, monthOf(now));
  return ok({
    ...proposal,
    reference: money(referenceMicros, reference.currency),
    multiplier: RATE_MULTIPLIER,
    recordedAt: now,
  });
};
