import type { UserId } from '../accounts/index.ts';
import { type Brand, type Instant, type Micros, type Money, micros } from '../kernel/index.ts';

import type { SubscriptionId } from './subscription.ts';

/** The provider's id of a paid invoice. */
export type InvoiceId = Brand<string, 'InvoiceId'>;

/** What a part of the money was paid for; `serviceUntil` is exclusive. */
export type ReceiptLine = {
  /** Without tax; negative for what an earlier line paid too much (proration). */
  readonly amount: Micros;
  readonly serviceFrom: Instant;
  readonly serviceUntil: Instant;
};

/** Money that a fan paid, as the provider says now. All amounts in `paid`'s currency. */
export type Receipt = {
  readonly invoiceId: InvoiceId;
  readonly userId: UserId;
  /** Null for what was bought otherwise. */
  readonly subscriptionId: SubscriptionId | null;
  /** With tax. */
  readonly paid: Money;
  readonly tax: Micros;
  readonly fee: Micros;
  readonly refunded: Micros;
  /** What banks have taken back and not given back again. */
  readonly disputed: Micros;
  /** At least one; they add up to `paid` without `tax`. */
  readonly lines: readonly ReceiptLine[];
  readonly paidAt: Instant;
};

const FEE_PER_MILLE = 29n;
const FIXED_FEE_MICROS = 300_000n;

/** R7a: where the provider gives no figure of its own, its fee is 2.9 % + $0.30; rounded up, so never too little. */
export const usualFee = (paid: Money): Micros =>
  micros((paid.micros * FEE_PER_MILLE + 999n) / 1_000n + FIXED_FEE_MICROS);
