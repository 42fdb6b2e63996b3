import type { Brand } from './brand.ts';
import { invariant } from './invariant.ts';

/** Integer count of 10⁻⁶ currency units: 8_000n micros of USD is $0.008. */
export type Micros = Brand<bigint, 'Micros'>;

/** ISO 4217 code. */
export type Currency = Brand<string, 'Currency'>;

export type Money = { readonly currency: Currency; readonly micros: Micros };

const MICROS_PER_UNIT = 1_000_000n;
const MICROS_PER_HUNDREDTH = 10_000n;

export const micros = (value: bigint): Micros => value as Micros;

export const currency = (code: string): Currency => {
  invariant(/^[A-Z]{3}$/.test(code), `not an ISO 4217 code: ${code}`);
  return code as Currency;
};

export const USD = currency('USD');

export const money = (value: bigint, of: Currency): Money => ({ currency: of, micros: micros(value) });

export const add = (a: Money, b: Money): Money => {
  invariant(a.currency === b.currency, `cannot add ${a.currency} to ${b.currency}`);
  return money(a.micros + b.micros, a.currency);
};

export const times = (amount: Money, factor: bigint): Money => money(amount.micros * factor, amount.currency);

export const sum = (amounts: readonly Money[], of: Currency): Money => amounts.reduce(add, money(0n, of));

/**
 * Divides `total` in proportion to `weights` without creating or losing a micro.
 *
 * Each share is floored; the micros left over (fewer than `weights.length`) go one each to the
 * largest remainders, ties to the earlier index, so the result depends only on the arguments.
 *
 * @param total   non-negative
 * @param weights non-negative, at least one positive; any common scale (basis points, plays, …)
 */
export const split = (total: Money, weights: readonly bigint[]): readonly Money[] => {
  const whole = weights.reduce((a, b) => a + b, 0n);
  invariant(total.micros >= 0n, 'split of a negative amount');
  invariant(whole > 0n && weights.every((weight) => weight >= 0n), 'split needs a positive weight');

  const shares = weights.map((weight, index) => {
    const product = total.micros * weight;
    return { index, floor: product / whole, remainder: product % whole };
  });
  const leftover = total.micros - shares.reduce((a, share) => a + share.floor, 0n);
  const favoured = shares
    .toSorted((a, b) => (a.remainder === b.remainder ? a.index - b.index : a.remainder > b.remainder ? -1 : 1))
    .slice(0, Number(leftover));
  const bonus = new Set(favoured.map((share) => share.index));

  return shares.map((share) => money(share.floor + (bonus.has(share.index) ? 1n : 0n), total.currency));
};

/** For display only: whole hundredths of the currency's unit, truncated toward zero, e.g. 200.50 for 200_504_000n. */
export const displayUnits = (amount: Micros): number => {
  const hundredths = amount / MICROS_PER_HUNDREDTH;
  invariant(
    hundredths >= BigInt(Number.MIN_SAFE_INTEGER) && hundredths <= BigInt(Number.MAX_SAFE_INTEGER),
    'too large to display',
  );
  return Number(hundredths) / Number(MICROS_PER_UNIT / MICROS_PER_HUNDREDTH);
};
