import type { Stripe } from 'stripe';
import { expandedOf, idOf } from './ids.ts';
import type { Moved } from './receipt.ts';

/** What `movedBy` reads of an invoice is there when this was asked for. */
export const PAYMENTS_EXPANSION = 'payments.data.payment.payment_intent';

/** The charges that paid the invoice; none where it was paid past Stripe. */
export const chargesOf = ({ payments }: Stripe.Invoice): readonly string[] =>
  (payments?.data ?? [])
    .filter(({ status }) => status === 'paid')
    .flatMap(({ payment }) => {
      const intent = expandedOf<Stripe.PaymentIntent>(payment.payment_intent);
      const charge = idOf(payment.charge) ?? idOf(intent?.latest_charge);
      return charge === null ? [] : [charge];
    });

/** With its balance transaction. */
export type MovedCharge = { readonly charge: Stripe.Charge; readonly disputes: readonly Stripe.Dispute[] };

/** Of several payments the sums; the fee is known when it is known of each. Without any charge there is none. */
export const movedBy = (charges: readonly MovedCharge[]): Moved => {
  const each = charges.map(({ charge, disputes }) => ({
    fee: feeOf(charge),
    refunded: charge.amount_refunded,
    disputed: disputes.reduce((sum, dispute) => sum + withdrawnBy(dispute, charge), 0),
  }));
  return {
    fee: each.some(({ fee }) => fee === null) ? null : total(each.map(({ fee }) => fee ?? 0)),
    refunded: total(each.map(({ refunded }) => refunded)),
    disputed: total(each.map(({ disputed }) => disputed)),
  };
};

/** In the charge's currency, rounded up where the account settles in another one. */
const feeOf = ({ balance_transaction, amount, currency }: Stripe.Charge): number | null => {
  const settled = expandedOf<Stripe.BalanceTransaction>(balance_transaction);
  return settled === null ? null : inCurrencyOf(settled.fee, settled, { amount, currency });
};

/** What the bank has taken back and not given back again, without its fee: that is no money of the fan's. */
const withdrawnBy = ({ balance_transactions }: Stripe.Dispute, charge: Stripe.Charge): number => {
  const settled = expandedOf<Stripe.BalanceTransaction>(charge.balance_transaction);
  const net = total(balance_transactions.map(({ amount }) => -amount));
  return settled === null ? Math.max(0, net) : Math.max(0, inCurrencyOf(net, settled, charge));
};

/** By the very rate at which the charge itself was settled, in whole numbers. */
const inCurrencyOf = (
  amount: number,
  settled: Stripe.BalanceTransaction,
  charge: Pick<Stripe.Charge, 'amount' | 'currency'>,
): number => {
  if (settled.currency === charge.currency || settled.amount <= 0) return amount;
  const [numerator, by] = [BigInt(amount) * BigInt(charge.amount), BigInt(settled.amount)];
  return Number(numerator / by) + (numerator % by > 0n ? 1 : 0);
};

const total = (amounts: readonly number[]): number => amounts.reduce((sum, amount) => sum + amount, 0);
