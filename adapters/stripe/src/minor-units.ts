import { type Currency, type Micros, currency, micros } from '@backline/core/kernel';

// docs.stripe.com/currencies: everything else has two decimals, those among them whose cents are always 00.
const ZERO_DECIMAL = new Set(
  'BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF'.split(' ').map((code) => currency(code)),
);
const THREE_DECIMAL = new Set('BHD JOD KWD OMR TND'.split(' ').map((code) => currency(code)));

/** Stripe writes ISO 4217 codes in small letters. */
export const currencyOf = (code: string): Currency => currency(code.toUpperCase());

/** @param amount Stripe's whole number of the currency's minor units */
export const microsOf = (amount: number, of: Currency): Micros => micros(BigInt(amount) * microsPerUnit(of));

/** Null for what is no whole number of them. */
export const amountOf = (amount: Micros, of: Currency): number | null =>
  amount % microsPerUnit(of) === 0n ? Number(amount / microsPerUnit(of)) : null;

const microsPerUnit = (of: Currency): bigint => {
  if (ZERO_DECIMAL.has(of)) return 1_000_000n;
  return THREE_DECIMAL.has(of) ? 1_000n : 10_000n;
};
