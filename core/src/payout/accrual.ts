import { type Money, type Month, add, money, times } from '../kernel/index.ts';
import { type RateVersion, perPlay, rateFor } from './rate.ts';

/** How many payable plays of an artist began in a month. */
export type MonthlyPlays = { readonly month: Month; readonly payable: bigint };

/** R5: payable plays × the rate of their month. Nothing rounds. */
export const nominalEarning = (
  plays: readonly MonthlyPlays[],
  rates: readonly RateVersion[],
  of: Money['currency'],
): Money =>
  plays.reduce(
    (earned, { month, payable }) => add(earned, times(perPlay(rateFor(rates, month)), payable)),
    money(0n, of),
  );
