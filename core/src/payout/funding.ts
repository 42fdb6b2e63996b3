import { type Currency, type Micros, invariant, micros, money, split } from '../kernel/index.ts';
import { least, sideBySide, total } from './amounts.ts';

/** What a fan brought to a month, and what the plays that they heard in it earned. */
export type FanClaim = { readonly fund: Micros; readonly nominal: Micros };

export type Funding = {
  /** What each fan's plays are paid, in the order given: at most `nominal`. */
  readonly granted: readonly Micros[];
  /** Paid from the fans' own funds. */
  readonly own: Micros;
  /** Left over by fans whose plays cost less than they brought. */
  readonly surplus: Micros;
  readonly surplusUsed: Micros;
  readonly reserveUsed: Micros;
  /** What is owed beyond all that. */
  readonly unfunded: Micros;
};

/**
 * R7: a fan's own plays are paid from their own fund first; what others leave over covers the rest, then the reserve.
 * Where that is not enough, fans get by largest remainder on what they lack, ties to the earlier.
 *
 * `own + surplusUsed + reserveUsed + unfunded` is the nominal earning of all, exactly.
 */
export const fundFans = (fans: readonly FanClaim[], reserve: Micros, currency: Currency): Funding => {
  const own = fans.map(({ fund, nominal }) => least(fund, nominal));
  const lacking = sideBySide(fans, own).map(([{ nominal }, paid]) => nominal - paid);
  const paidByFans = total(own);
  const surplus = total(fans.map(({ fund }) => fund)) - paidByFans;
  const shortfall = total(lacking);
  const surplusUsed = least(surplus, shortfall);
  const reserveUsed = least(reserve, shortfall - surplusUsed);
  const covered = proportionally(surplusUsed + reserveUsed, lacking, currency);

  return {
    granted: sideBySide(own, covered).map(([paid, more]) => micros(paid + more)),
    own: paidByFans,
    surplus: micros(surplus),
    surplusUsed,
    reserveUsed,
    unfunded: micros(shortfall - surplusUsed - reserveUsed),
  };
};

/**
 * By largest remainder, ties to the earlier; each part is at most its weight as long as `amount` is at most all of them.
 *
 * @param weights non-negative
 */
export const proportionally = (amount: bigint, weights: readonly bigint[], currency: Currency): readonly Micros[] => {
  invariant(amount >= 0n, 'nothing negative can be given out');
  if (amount === 0n) return weights.map(() => micros(0n));
  return split(money(amount, currency), weights).map((part) => part.micros);
};
