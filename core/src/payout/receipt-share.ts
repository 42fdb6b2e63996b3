import type { UserId } from '../accounts/index.ts';
import {
  type Instant,
  type Micros,
  type Month,
  invariant,
  micros,
  monthOf,
  monthStart,
  shiftMonth,
} from '../kernel/index.ts';
import type { Receipt } from '../subscriptions/index.ts';
import { least, sideBySide, total } from './amounts.ts';
import type { PayoutPolicy } from './policy.ts';

/** What R7a asks of a receipt. */
export type EarnedReceipt = Omit<Receipt, 'paidAt' | 'subscriptionId'>;

/** What a month has of a receipt, or of several. Negative where a proration gives back more than the month brings. */
export type MonthShare = {
  /** Without tax and without what was taken back. */
  readonly gross: Micros;
  /** `gross` without the provider's fee. */
  readonly net: Micros;
};

const BASIS_POINTS = 10_000n;

/** What refunds and banks have taken back of a receipt, at most all of it; `tax` is the part that was tax. */
export const takenBack = ({ paid, tax, refunded, disputed }: EarnedReceipt): { whole: Micros; tax: Micros } => {
  const whole = least(refunded + disputed, paid.micros);
  return { whole, tax: micros(paid.micros === 0n ? 0n : (whole * tax) / paid.micros) };
};

/** Without tax and without what was taken back. */
export const grossOf = (receipt: EarnedReceipt): Micros => {
  const back = takenBack(receipt);
  return micros(receipt.paid.micros - receipt.tax - (back.whole - back.tax));
};

/**
 * R7a: what each calendar month has of a receipt. Evenly over the service period of each line, floored, and the last
 * month has the rest; fees and refunds weigh on each line by its amount, floored, and the last line has the rest.
 */
export const monthlyShares = (receipt: EarnedReceipt): ReadonlyMap<Month, MonthShare> => {
  const gross = spread(receipt, grossOf(receipt));
  const net = spread(receipt, grossOf(receipt) - receipt.fee);
  return new Map(
    [...gross].map(([month, amount]) => [month, { gross: micros(amount), net: micros(net.get(month) ?? 0n) }]),
  );
};

/** What a month has of all receipts of one fan. */
export const shareOfMonth = (receipts: readonly EarnedReceipt[], month: Month): MonthShare =>
  receipts
    .map((receipt) => monthlyShares(receipt).get(month))
    .reduce<MonthShare>(
      (all, share) => ({
        gross: micros(all.gross + (share?.gross ?? 0n)),
        net: micros(all.net + (share?.net ?? 0n)),
      }),
      { gross: micros(0n), net: micros(0n) },
    );

/** R7, the fund F that a fan's net share of a month makes: the artists' part, floored, never below nothing. */
export const fundOf = ({ net }: MonthShare, { fundBasisPoints }: PayoutPolicy): Micros =>
  micros(net <= 0n ? 0n : (net * BigInt(fundBasisPoints)) / BASIS_POINTS);

/** What each fan's receipts bring to a month. */
export const sharesByFan = (receipts: readonly EarnedReceipt[], month: Month): ReadonlyMap<UserId, MonthShare> => {
  const byFan = Map.groupBy(receipts, ({ userId }) => userId);
  return new Map([...byFan].map(([userId, own]) => [userId, shareOfMonth(own, month)]));
};

const spread = ({ lines }: EarnedReceipt, whole: bigint): ReadonlyMap<Month, bigint> => {
  const listed = total(lines.map(({ amount }) => amount));
  const weighed = lines.map(({ amount }) => (listed > 0n ? floorDivide(whole * amount, listed) : amount));
  const months = new Map<Month, bigint>();
  for (const [line, amount] of sideBySide(lines, withRest(weighed, whole))) {
    const parts = monthsOf(line);
    const lasting = total(parts.map((part) => part.lasting));
    const shares = withRest(
      parts.map((part) => floorDivide(amount * part.lasting, lasting)),
      amount,
    );
    for (const [{ month }, share] of sideBySide(parts, shares)) months.set(month, (months.get(month) ?? 0n) + share);
  }
  return months;
};

/** The months of a line's service and how long each is served; a line without duration is its first month's. */
const monthsOf = ({
  serviceFrom,
  serviceUntil,
}: EarnedReceipt['lines'][number]): readonly { readonly month: Month; readonly lasting: bigint }[] => {
  invariant(serviceFrom <= serviceUntil, 'service ends before it begins');
  if (serviceFrom === serviceUntil) return [{ month: monthOf(serviceFrom), lasting: 1n }];

  const parts: { month: Month; lasting: bigint }[] = [];
  for (let from: Instant = serviceFrom; from < serviceUntil;) {
    const month = monthOf(from);
    const until = Math.min(monthStart(shiftMonth(month, 1)), serviceUntil) as Instant;
    parts.push({ month, lasting: BigInt(until - from) });
    from = until;
  }
  return parts;
};

/** The last amount changed so that all add up to `whole`. */
const withRest = (amounts: readonly bigint[], whole: bigint): readonly bigint[] => {
  const others = amounts.slice(0, -1);
  return [...others, whole - total(others)];
};

/** @param by positive */
const floorDivide = (amount: bigint, by: bigint): bigint => (amount >= 0n ? amount / by : -((-amount + by - 1n) / by));
