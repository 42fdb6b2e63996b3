import { HOUR_MS, USD, money } from '@backline/core/kernel';
import * as payout from '@backline/core/payout';
import { payoutLaws } from '@backline/test/suites/payout-laws';

const lawsUnder = (name: string, policy: payout.PayoutPolicy): void =>
  payoutLaws(name, { ...payout, policy, judge: payout.judgeBy(policy) });

lawsUnder('our policy', payout.PAYOUT_POLICY);

/** Nothing in the rules may depend on our own numbers. */
lawsUnder('another policy', {
  version: 7,
  minimumHeardMs: 12_345,
  dailyCap: 3,
  lateAfterMs: 36 * HOUR_MS,
  velocity: { dailyPlays: 50, watchedPlays: 20, oneArtistPercent: 50 },
  fundBasisPoints: 5_555,
  reserve: { targetMonths: 2, averagedMonths: 4 },
  closeDay: 3,
  transfer: { waitMs: 0, threshold: money(1_000_000n, USD) },
});
