import type { UserId } from '../accounts/index.ts';
import { type Money, type Month, money, monthOf } from '../kernel/index.ts';
import { total } from './amounts.ts';
import { openEarnings } from './open-earnings.ts';
import type { PayoutPorts } from './ports.ts';
import { type RateVersion, perPlay, rateFor } from './rate.ts';

export type Earnings = {
  /** All that was ever earned, by closed months and by those that are open: `paid` and `balance` make it up. */
  readonly earned: Money;
  /** What has arrived, with what was withheld of it. */
  readonly paid: Money;
  /** What has not: earned and waiting, available, under way, deferred; less what is owed back for a fraud. */
  readonly balance: Money;
  readonly openPeriod: { readonly month: Month; readonly payablePlays: bigint; readonly accrued: Money };
  /** In force now. */
  readonly rate: RateVersion;
};

export const earningsOf =
  ({ payouts, clock }: PayoutPorts) =>
  async (artistId: UserId): Promise<Earnings> => {
    const rates = await payouts.rates();
    const month = monthOf(clock.now());
    const rate = rateFor(rates, month);
    const { currency } = perPlay(rate);
    const { owed, paid, open } = await payouts.standingOf(artistId, currency);
    const months = openEarnings(artistId, open, rates);
    const balance = total([owed, ...months.map(({ accrued }) => accrued)]);
    const now = months.find((each) => each.month === month);
    return {
      earned: money(balance + paid, currency),
      paid: money(paid, currency),
      balance: money(balance, currency),
      openPeriod: {
        month,
        payablePlays: now?.payablePlays ?? 0n,
        accrued: money(now?.accrued ?? 0n, currency),
      },
      rate,
    };
  };
