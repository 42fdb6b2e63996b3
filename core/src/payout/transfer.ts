import {
  type Currency,
  type Instant,
  type Micros,
  type Money,
  after,
  invariant,
  micros,
  money,
} from '../kernel/index.ts';
import type { PayoutPolicy } from './policy.ts';
import { type Withheld, assessed } from './withholding.ts';

/** ISO 4217: currencies whose minor unit is not the hundredth. */
const MINOR_DIGITS: { readonly [currency: string]: number } = {
  BHD: 3,
  BIF: 0,
  CLP: 0,
  DJF: 0,
  GNF: 0,
  IQD: 3,
  ISK: 0,
  JOD: 3,
  JPY: 0,
  KMF: 0,
  KRW: 0,
  KWD: 3,
  LYD: 3,
  OMR: 3,
  PYG: 0,
  RWF: 0,
  TND: 3,
  UGX: 0,
  UYI: 0,
  VND: 0,
  VUV: 0,
  XAF: 0,
  XOF: 0,
  XPF: 0,
};

const MICRO_DIGITS = 6;
const USUAL_MINOR_DIGITS = 2;

/** The smallest amount of the currency that can be sent. */
export const minorUnit = (of: Currency): Micros =>
  micros(10n ** BigInt(MICRO_DIGITS - (MINOR_DIGITS[of] ?? USUAL_MINOR_DIGITS)));

/** R13: from when on the earnings of a month that was closed then can be sent. */
export const availableFrom = (closedAt: Instant, { transfer }: PayoutPolicy): Instant =>
  after(closedAt, transfer.waitMs);

/** An artist's account as it is when transfers are sent. */
export type TransferCandidate = {
  readonly available: Money;
  /** Whether the provider can pay them. */
  readonly onboarded: boolean;
};

export type Transferable =
  | { readonly due: false; readonly because: 'below-threshold' | 'not-onboarded' }
  /** `gross` is in whole minor units and positive; the rest stays available. */
  | { readonly due: true; readonly gross: Money };

export type Transfer = {
  /** What is sent, in whole minor units; zero when all is withheld. */
  readonly net: Money;
  readonly withheld: Micros;
  readonly ruleId: string;
};

/** R13: what an artist is sent now, before anything is withheld. */
export const transferable = ({ available, onboarded }: TransferCandidate, { transfer }: PayoutPolicy): Transferable => {
  if (!reaches(available, transfer.threshold)) return { due: false, because: 'below-threshold' };
  if (!onboarded) return { due: false, because: 'not-onboarded' };
  return { due: true, gross: inMinorUnits(available) };
};

/** R14: what is sent of it. What neither is sent nor withheld, less than a minor unit, stays available. */
export const transferOf = (gross: Money, assessment: Withheld): Transfer => {
  const { withheld, ruleId } = assessed(gross, assessment);
  return { net: inMinorUnits(money(gross.micros - withheld, gross.currency)), withheld, ruleId };
};

const inMinorUnits = ({ micros: amount, currency }: Money): Money =>
  money(amount - (amount % minorUnit(currency)), currency);

const reaches = (available: Money, threshold: Money): boolean => {
  invariant(available.currency === threshold.currency, `no threshold in ${available.currency}`);
  return available.micros >= threshold.micros;
};
