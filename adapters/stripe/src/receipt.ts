import type { UserId } from '@backline/core/accounts';
import { type Currency, type Micros, micros, money } from '@backline/core/kernel';
import {
  type InvoiceId,
  type Receipt,
  type ReceiptLine,
  type SubscriptionId,
  usualFee,
} from '@backline/core/subscriptions';
import type { Stripe } from 'stripe';
import { expandedOf, idOf, userIn } from './ids.ts';
import { currencyOf, microsOf } from './minor-units.ts';
import { instantOf, secondsToInstant } from './snapshot.ts';

/** What became of the money of one invoice's payments, in the invoice's minor units. */
export type Moved = {
  /** Null where Stripe has no figure yet. */
  readonly fee: number | null;
  readonly refunded: number;
  readonly disputed: number;
};

/** Null until something is paid, and for an invoice that is none of ours. */
export const receiptOf = (
  invoice: Stripe.Invoice,
  lines: readonly Stripe.InvoiceLineItem[],
  moved: Moved,
): Receipt | null => {
  const userId = payerOf(invoice);
  const paidAt = instantOf(invoice.status_transitions.paid_at);
  if (invoice.status !== 'paid' || invoice.amount_paid <= 0 || userId === null || paidAt === null) return null;

  const currency = currencyOf(invoice.currency);
  const paid = money(microsOf(invoice.amount_paid, currency), currency);
  const tax = taxOf(invoice, currency);
  return {
    invoiceId: invoice.id as InvoiceId,
    userId,
    subscriptionId: idOf(invoice.parent?.subscription_details?.subscription) as SubscriptionId | null,
    paid,
    tax,
    fee: moved.fee === null ? usualFee(paid) : microsOf(moved.fee, currency),
    refunded: microsOf(Math.min(moved.refunded, invoice.amount_paid), currency),
    disputed: microsOf(Math.min(moved.disputed, invoice.amount_paid), currency),
    lines: receiptLines(lines, micros(paid.micros - tax), invoice),
    paidAt,
  };
};

/** As it was named when the invoice was made, else by its customer. */
export const payerOf = ({ parent, customer }: Stripe.Invoice): UserId | null => {
  const person = expandedOf<Stripe.Customer | Stripe.DeletedCustomer>(customer);
  return (
    userIn(parent?.subscription_details?.metadata) ??
    (person === null || person.deleted ? null : userIn(person.metadata))
  );
};

/** The part of the invoice's tax that was paid: all of it, but where a credit paid a part of the invoice. */
const taxOf = ({ total_taxes, total, amount_paid }: Stripe.Invoice, currency: Currency): Micros => {
  const whole = microsOf(
    (total_taxes ?? []).reduce((sum, { amount }) => sum + amount, 0),
    currency,
  );
  return total <= amount_paid || total <= 0 ? whole : micros((whole * BigInt(amount_paid)) / BigInt(total));
};

/** Each line's part of `whole` by what it costs without tax and discount; the last has the rest. */
const receiptLines = (
  items: readonly Stripe.InvoiceLineItem[],
  whole: Micros,
  { period_start, period_end }: Stripe.Invoice,
): readonly ReceiptLine[] => {
  // An older debt may be all that an invoice asks for.
  if (items.length === 0) return [{ amount: whole, ...serviceTime({ start: period_start, end: period_end }) }];
  const costs = items.map((item) => BigInt(costOf(item)));
  const all = costs.reduce((sum, cost) => sum + cost, 0n);
  const parts = costs.map((cost) => (all > 0n ? (whole * cost) / all : 0n));
  const rest = whole - parts.slice(0, -1).reduce((sum, part) => sum + part, 0n);
  return items.map(({ period }, index) => ({
    amount: micros(index === items.length - 1 ? rest : (parts[index] ?? 0n)),
    ...serviceTime(period),
  }));
};

/** What is no service of some time, such as a fee, is one of its second. */
const serviceTime = ({
  start,
  end,
}: Stripe.InvoiceLineItem.Period): Pick<ReceiptLine, 'serviceFrom' | 'serviceUntil'> => ({
  serviceFrom: secondsToInstant(start),
  serviceUntil: secondsToInstant(Math.max(end, start + 1)),
});

const costOf = ({ amount, discount_amounts, taxes }: Stripe.InvoiceLineItem): number =>
  amount -
  (discount_amounts ?? []).reduce((sum, discount) => sum + discount.amount, 0) -
  (taxes ?? []).filter((tax) => tax.tax_behavior === 'inclusive').reduce((sum, tax) => sum + tax.amount, 0);
