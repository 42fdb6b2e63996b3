import { type Books, change } from './books.ts';
import { invoiceLine } from './invoice-lines.ts';
import { type Invoice, type InvoiceLine, type Subscription, listOf } from './objects.ts';
import { type Outcome, conclude, confirm, payable, paymentsOf } from './payment-intents.ts';

const HOUR_S = 3_600;

/** docs.stripe.com/billing/invoices/subscription: drawn up as a draft; finalised an hour later unless told otherwise. */
export const drawUp = (
  books: Books,
  subscription: Subscription,
  reason: 'subscription_create' | 'subscription_cycle' | 'subscription_update',
  lines: readonly InvoiceLine[],
): Invoice => {
  const id = books.newId('in');
  const own = lines.map((line): InvoiceLine => ({ ...line, invoice: id }));
  const sum = (of: (line: InvoiceLine) => number): number => own.reduce((so, line) => so + of(line), 0);
  const inclusive = books.terms.tax?.inclusive === true;
  const taxes = sum((line) => (line.taxes ?? []).reduce((so, { amount }) => so + amount, 0));
  const subtotal = sum(({ amount }) => amount);
  const total = inclusive ? subtotal : subtotal + taxes;
  const customer = books.customers.get(subscription.customer);

  const invoice: Invoice = {
    ...UNUSED,
    id,
    object: 'invoice',
    amount_due: total,
    amount_overpaid: 0,
    amount_paid: 0,
    amount_paid_off_stripe: 0,
    amount_remaining: total,
    amount_shipping: 0,
    attempt_count: 0,
    attempted: false,
    auto_advance: true,
    automatic_tax: {
      disabled_reason: null,
      enabled: books.terms.tax !== null,
      liability: null,
      provider: null,
      status: books.terms.tax === null ? null : 'complete',
    },
    automatically_finalizes_at: books.now() + HOUR_S,
    billing_reason: reason,
    collection_method: 'charge_automatically',
    created: books.now(),
    currency: subscription.currency,
    customer: subscription.customer,
    customer_email: customer === undefined || customer.deleted === true ? null : customer.email,
    default_tax_rates: [],
    discounts: [],
    issuer: { type: 'self' },
    lines: listOf(own, `/v1/invoices/${id}/lines`),
    livemode: false,
    metadata: {},
    parent: {
      type: 'subscription_details',
      quote_details: null,
      subscription_details: { subscription: subscription.id, metadata: { ...subscription.metadata } },
    },
    payment_settings: { default_mandate: null, payment_method_options: null, payment_method_types: null },
    period_start: books.now(),
    period_end: books.now(),
    post_payment_credit_notes_amount: 0,
    pre_payment_credit_notes_amount: 0,
    starting_balance: 0,
    status: 'draft',
    status_transitions: { finalized_at: null, marked_uncollectible_at: null, paid_at: null, voided_at: null },
    subtotal,
    subtotal_excluding_tax: inclusive ? subtotal - taxes : subtotal,
    total,
    total_excluding_tax: total - taxes,
    total_taxes: own.flatMap((line) => line.taxes ?? []),
  };
  books.invoices.set(id, invoice);
  subscription.latest_invoice = id;
  books.announce('invoice.created', invoice);
  return invoice;
};

export const finalize = (books: Books, invoice: Invoice): void => {
  const previous = change(invoice, {
    status: 'open',
    number: `BL-${invoice.id.slice(-6)}`,
    effective_at: books.now(),
    automatically_finalizes_at: null,
    hosted_invoice_url: `https://invoice.stripe.com/i/${invoice.id}`,
    invoice_pdf: `https://pay.stripe.com/invoice/${invoice.id}/pdf`,
    status_transitions: { ...invoice.status_transitions, finalized_at: books.now() },
  });
  if (invoice.amount_due > 0) payable(books, invoice);
  books.announce('invoice.finalized', invoice);
  books.announce('invoice.updated', invoice, previous);
};

/** Asks the customer's card for the money of an open invoice. */
export const attempt = (books: Books, invoice: Invoice): Outcome => {
  const payment = paymentsOf(books, invoice.id)[0];
  const outcome =
    payment === undefined ? 'paid' : confirm(books, payment, books.cards.get(invoice.customer) ?? 'declines');
  return settle(books, invoice, outcome);
};

/** What became of a payment that was under way. */
export const concludePayment = (books: Books, invoice: Invoice, succeeds: boolean): Outcome =>
  settle(books, invoice, conclude(books, paymentsOf(books, invoice.id)[0]!, succeeds));

/** Paid past Stripe, in cash for instance: no charge, and no fee. */
export const payOutOfBand = (books: Books, invoice: Invoice): void => {
  invoice.amount_paid_off_stripe = invoice.amount_due;
  settle(books, invoice, 'paid');
};

const settle = (books: Books, invoice: Invoice, outcome: Outcome): Outcome => {
  const tried = { attempted: true, attempt_count: invoice.attempt_count + 1 };
  switch (outcome) {
    case 'paid': {
      const previous = change(invoice, {
        ...tried,
        status: 'paid',
        amount_paid: invoice.amount_due,
        amount_remaining: 0,
        next_payment_attempt: null,
        status_transitions: { ...invoice.status_transitions, paid_at: books.now() },
      });
      books.announce('invoice.updated', invoice, previous);
      books.announce('invoice.paid', invoice);
      books.announce('invoice.payment_succeeded', invoice);
      return outcome;
    }
    case 'processing':
      change(invoice, { ...tried, next_payment_attempt: null });
      return outcome;
    case 'asks':
    case 'declined': {
      const wait = books.terms.dunning.retriesAfterMs[invoice.attempt_count];
      const isRetried = invoice.billing_reason !== 'subscription_create' || invoice.attempt_count > 0;
      const previous = change(invoice, {
        ...tried,
        next_payment_attempt: isRetried && wait !== undefined ? books.now() + wait / 1_000 : null,
      });
      books.announce('invoice.updated', invoice, previous);
      if (outcome === 'asks') books.announce('invoice.payment_action_required', invoice);
      books.announce('invoice.payment_failed', invoice);
      return outcome;
    }
  }
};

export const voidInvoice = (books: Books, invoice: Invoice): void => {
  change(invoice, {
    status: 'void',
    next_payment_attempt: null,
    automatically_finalizes_at: null,
    status_transitions: { ...invoice.status_transitions, voided_at: books.now() },
  });
  books.announce('invoice.voided', invoice);
};

export const markUncollectible = (books: Books, invoice: Invoice): void => {
  change(invoice, {
    status: 'uncollectible',
    next_payment_attempt: null,
    status_transitions: { ...invoice.status_transitions, marked_uncollectible_at: books.now() },
  });
  books.announce('invoice.marked_uncollectible', invoice);
};

/** What the subscription's items cost for their period of now, and what an earlier change left to be billed. */
export const cycleLines = (books: Books, subscription: Subscription, isFree = false): readonly InvoiceLine[] => {
  const pending = books.pendingLines.get(subscription.id) ?? [];
  books.pendingLines.delete(subscription.id);
  return [
    ...pending,
    ...subscription.items.data.map((item) =>
      invoiceLine(books, subscription, item, {
        amount: isFree ? 0 : item.price.unit_amount * item.quantity,
        period: { start: item.current_period_start, end: item.current_period_end },
        isProration: false,
      }),
    ),
  ];
};

const UNUSED = {
  account_country: 'US',
  account_name: 'Backline',
  account_tax_ids: null,
  application: null,
  custom_fields: null,
  customer_account: null,
  customer_address: null,
  customer_name: null,
  customer_phone: null,
  customer_shipping: null,
  customer_tax_exempt: 'none',
  default_payment_method: null,
  default_source: null,
  description: null,
  due_date: null,
  effective_at: null,
  ending_balance: 0,
  footer: null,
  from_invoice: null,
  hosted_invoice_url: null,
  invoice_pdf: null,
  last_finalization_error: null,
  latest_revision: null,
  next_payment_attempt: null,
  number: null,
  on_behalf_of: null,
  receipt_number: null,
  rendering: null,
  shipping_cost: null,
  shipping_details: null,
  statement_descriptor: null,
  test_clock: null,
  total_discount_amounts: [],
  total_pretax_credit_amounts: [],
  webhooks_delivered_at: null,
} satisfies Partial<Invoice>;
