import { type Micros, type Money, type Month, micros, money } from '../kernel/index.ts';
import { least, sideBySide, total } from './amounts.ts';
import type { PayoutPolicy } from './policy.ts';
import { type EarnedReceipt, type MonthShare, fundOf, monthlyShares, shareOfMonth } from './receipt-share.ts';
import { type SharedAmount, type SplitShare, divide } from './split.ts';

/** What a change of a fan's receipts does, where some of the months that they pay for are closed. */
export type ReceiptChange = {
  /** Of months that are not closed: it changes what their close will find. */
  readonly open: Micros;
  /** Of closed months: by how much more (less when negative) the platform's part would have been. */
  readonly platform: Micros;
  /** Of closed months: by how much more (less when negative) the fan's funds would have been. */
  readonly funds: Micros;
};

/** R9: months that are closed stay as they are; what they would have had otherwise is told apart. */
export const receiptChange = (
  before: readonly EarnedReceipt[],
  after: readonly EarnedReceipt[],
  isClosed: (month: Month) => boolean,
  policy: PayoutPolicy,
): ReceiptChange => {
  const changes = monthsOf([...before, ...after]).map((month) => {
    const [was, is] = [shareOfMonth(before, month), shareOfMonth(after, month)];
    return isClosed(month) ? closedChange(was, is, policy) : { open: is.gross - was.gross, platform: 0n, funds: 0n };
  });
  return {
    open: total(changes.map(({ open }) => open)),
    platform: total(changes.map(({ platform }) => platform)),
    funds: total(changes.map(({ funds }) => funds)),
  };
};

/** R9: who bears what closed months' funds turn out to have had too much. */
export const bear = (loss: Micros, reserve: Micros): { readonly byReserve: Micros; readonly byPlatform: Micros } => {
  const byReserve = least(loss, reserve);
  return { byReserve, byPlatform: micros(loss - byReserve) };
};

/**
 * R10: what each collaborator's share in a track loses when plays of a closed month are found to be fraud: exactly what
 * the split gave less what it would have given without them. Usually positive; -1n is possible, since with less to
 * share out the last micro can fall to another.
 *
 * @param counted what the plays earned that the close counted for this split version, less earlier findings
 * @param fraudulent what of it the fraudulent plays earned
 */
export const clawBack = (counted: Money, fraudulent: Money, shares: readonly SplitShare[]): readonly SharedAmount[] => {
  const given = divide(counted, shares);
  const left = divide(money(counted.micros - fraudulent.micros, counted.currency), shares);
  return sideBySide(given, left).map(([share, without]) => ({
    ...share,
    amount: money(share.amount.micros - without.amount.micros, counted.currency),
  }));
};

export type TakenBack = {
  /** Of what was never funded; negative when the debt grows by the odd micro. */
  readonly fromDeferred: Micros;
  readonly fromAvailable: Micros;
  /** Set off against what becomes available later. */
  readonly owed: Micros;
};

/** R10: first what was never paid, then what has not been sent; the rest is owed by the artist. */
export const takeBack = (
  amount: Micros,
  { deferred, available }: { readonly deferred: Micros; readonly available: Micros },
): TakenBack => {
  const fromDeferred = least(amount, deferred);
  const fromAvailable = least(amount - fromDeferred, available);
  return {
    fromDeferred,
    fromAvailable,
    owed: micros(amount - fromDeferred - fromAvailable),
  };
};

const closedChange = (was: MonthShare, is: MonthShare, policy: PayoutPolicy) => {
  const funds = fundOf(is, policy) - fundOf(was, policy);
  return { open: 0n, platform: is.gross - was.gross - funds, funds };
};

const monthsOf = (receipts: readonly EarnedReceipt[]): readonly Month[] => [
  ...new Set(receipts.flatMap((receipt) => [...monthlyShares(receipt).keys()])),
];
