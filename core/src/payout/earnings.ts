import type { UserId } from '../accounts/index.ts';
import { type Money, type Month, monthOf } from '../kernel/index.ts';
import { nominalEarning } from './accrual.ts';
import type { PayoutPorts } from './ports.ts';
import { type RateVersion, perPlay, rateFor } from './rate.ts';

export type Earnings = {
  /** All that was ever earned: every payable play at the rate of its month. */
  readonly earned: Money;
  readonly openPeriod: { readonly month: Month; readonly payablePlays: bigint; readonly accrued: Money };
  /** In force now. */
  readonly rate: RateVersion;
};

export const earningsOf =
  ({ payouts, clock }: PayoutPorts) =>
  async (artistId: UserId): Promise<Earnings> => {
    const [rates, plays] = await Promise.all([payouts.rates(), payouts.payablePlaysOf(artistId)]);
    const month = monthOf(clock.now());
    const rate = rateFor(rates, month);
    const { currency } = perPlay(rate);
    const inOpenPeriod = plays.filter((each) => each.month === month);
    return {
      earned: nominalEarning(plays, rates, currency),
      openPeriod: {
        month,
        payablePlays: inOpenPeriod.reduce((count, { payable }) => count + payable, 0n),
        accrued: nominalEarning(inOpenPeriod, rates, currency),
      },
      rate,
    };
  };
