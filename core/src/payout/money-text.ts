import { type Micros, micros } from '../kernel/index.ts';

const MICROS_PER_UNIT = 1_000_000n;
const DECIMALS = 6;

/** Exact, in units of the currency with all six decimals: 200.504000 for 200_504_000n. */
export const moneyText = (amount: Micros): string => {
  const size = amount < 0n ? -amount : amount;
  const decimals = String(size % MICROS_PER_UNIT).padStart(DECIMALS, '0');
  return `${amount < 0n ? '-' : ''}${size / MICROS_PER_UNIT}.${decimals}`;
};

/** What `moneyText` wrote; null for any other text. */
export const moneyFromText = (text: string): Micros | null => {
  if (!/^-?\d+\.\d{6}$/.test(text)) return null;
  const amount = micros(BigInt(text.replace('.', '')));
  return moneyText(amount) === text ? amount : null;
};
