import {
  DAY_MS,
  type Instant,
  type Money,
  type Month,
  USD,
  after,
  money,
  monthStart,
  shiftMonth,
} from '../kernel/index.ts';

/**
 * The numbers of payout-rules.md. A change is a new version; plays keep the version that judged them, and a close the
 * version that it was done by.
 */
export type PayoutPolicy = {
  readonly version: number;
  /** R3a: heard less than this, or than the whole track where that is shorter, is too short. */
  readonly minimumHeardMs: number;
  /** R3d: payable plays of a track by a listener in a UTC day. */
  readonly dailyCap: number;
  /** R3g: reported later than this after it began is too late. */
  readonly lateAfterMs: number;
  /** R3f: otherwise payable plays of an account in a UTC day. */
  readonly velocity: {
    /** More than this many are held. */
    readonly dailyPlays: number;
    /** More than this many are held where more than `oneArtistPercent` of them are of one artist. */
    readonly watchedPlays: number;
    readonly oneArtistPercent: number;
  };
  /** R7: the artists' part of what a fan paid, of 10,000. */
  readonly fundBasisPoints: number;
  readonly reserve: {
    /** R8: the target, in months of average shortfall. */
    readonly targetMonths: number;
    /** The average is of this many months, the closing one included, or of all there are. */
    readonly averagedMonths: number;
  };
  /** R11: the day of the following month from which on a month can be closed. */
  readonly closeDay: number;
  readonly transfer: {
    /** R13: how long after the close earnings wait. */
    readonly waitMs: number;
    /** R13: what must have become available, at least. */
    readonly threshold: Money;
  };
};

export const PAYOUT_POLICY: PayoutPolicy = {
  version: 1,
  minimumHeardMs: 30_000,
  dailyCap: 10,
  lateAfterMs: 30 * DAY_MS,
  velocity: { dailyPlays: 400, watchedPlays: 100, oneArtistPercent: 80 },
  fundBasisPoints: 7_000,
  reserve: { targetMonths: 3, averagedMonths: 12 },
  closeDay: 10,
  transfer: { waitMs: 20 * DAY_MS, threshold: money(25_000_000n, USD) },
};

/** R11: 00:00Z of the day on which the month can be closed. */
export const closableFrom = (period: Month, { closeDay }: PayoutPolicy): Instant =>
  after(monthStart(shiftMonth(period, 1)), (closeDay - 1) * DAY_MS);
