import type { Books } from './books.ts';
import type { InvoiceLine, Price, Stripe, Subscription, SubscriptionItem } from './objects.ts';

type Billed = {
  /** Cents; negative for time that was paid for and is not used. With the tax where that is in the price. */
  readonly amount: number;
  readonly period: Stripe.InvoiceLineItem.Period;
  readonly isProration: boolean;
};

export const invoiceLine = (
  books: Books,
  subscription: Subscription,
  item: SubscriptionItem,
  { amount, period, isProration }: Billed,
): InvoiceLine => {
  const { price, quantity } = item;
  return {
    id: books.newId('il'),
    object: 'line_item',
    amount,
    currency: subscription.currency,
    description: isProration ? 'Proration' : `${quantity} × Backline Premium`,
    discount_amounts: [],
    discountable: !isProration,
    discounts: [],
    invoice: null,
    livemode: false,
    metadata: { ...subscription.metadata },
    parent: {
      type: 'subscription_item_details',
      invoice_item_details: null,
      subscription_item_details: {
        invoice_item: isProration ? books.newId('ii') : null,
        proration: isProration,
        proration_details: null,
        subscription: subscription.id,
        subscription_item: item.id,
      },
    },
    period,
    pretax_credit_amounts: [],
    pricing: {
      type: 'price_details',
      price_details: { price: price.id, product: price.product },
      unit_amount_decimal: price.unit_amount_decimal,
    },
    quantity,
    quantity_decimal: String(quantity),
    subscription: subscription.id,
    subtotal: amount,
    taxes: taxesOn(books, amount),
  };
};

const taxesOn = (books: Books, amount: number): Stripe.InvoiceLineItem.Tax[] => {
  const { tax } = books.terms;
  if (tax === null) return [];
  const { percent, inclusive } = tax;
  const share = inclusive ? percent / (100 + percent) : percent / 100;
  const taxed = Math.round(amount * share);
  return [
    {
      amount: taxed,
      tax_behavior: inclusive ? 'inclusive' : 'exclusive',
      tax_rate_details: null,
      taxability_reason: 'standard_rated',
      taxable_amount: inclusive ? amount - taxed : amount,
      type: 'tax_rate_details',
    },
  ];
};

/**
 * docs.stripe.com/billing/subscriptions/prorations: by the second, what is left of the period at the old price comes
 * back, and is paid for at the new one.
 */
export const prorations = (
  books: Books,
  subscription: Subscription,
  item: SubscriptionItem,
  to: Price,
): readonly InvoiceLine[] => {
  const { current_period_start: start, current_period_end: end, quantity } = item;
  const left = (end - books.now()) / (end - start);
  const period = { start: books.now(), end };
  const lineAt = (price: Price, sign: 1 | -1): InvoiceLine =>
    invoiceLine(
      books,
      subscription,
      { ...item, price },
      {
        amount: sign * Math.round(price.unit_amount * quantity * left),
        period,
        isProration: true,
      },
    );
  return [lineAt(item.price, -1), lineAt(to, 1)];
};
