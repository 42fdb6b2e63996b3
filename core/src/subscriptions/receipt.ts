import type { UserId } from '../accounts/index.ts';
import { type Brand, type Instant, type Micros, type Money, micros } from '../kernel/index.ts';

/** The provider's id of a paid invoice. */
export type InvoiceId = Brand<string, 'InvoiceId'>;

/** Money that a fan paid, as the provider says now. All amounts in `paid`'s currency. */
export type Receipt = {
  readonly invoiceId: InvoiceId;
  readonly userId: UserId;
  readonly paid: Money;
  readonly tax: Micros;
  readonly fee: Micros;
  readonly refunded: Micros;
  /** What was paid for; `serviceUntil` is exclusive. */
  readonly serviceFrom: Instant;
  readonly serviceUntil: Instant;
  readonly paidAt: Instant;
};

const FEE_PER_MILLE = 29n;
const FIXED_FEE_MICROS = 300_000n;

/** R7a: where the provider gives no figure of its own, its fee is 2.9 % + $0.30; rounded up, so never too little. */
export const usualFee = (paid: Money): Micros =>
  micros((paid.micros * FEE_PER_MILLE + 999n) / 1_000n + FIXED_FEE_MICROS);
