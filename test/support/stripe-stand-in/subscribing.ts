import { attempt, cycleLines, drawUp, finalize, markUncollectible, voidInvoice } from './billing.ts';
import { type Books, change } from './books.ts';
import { periodEnd } from './calendar.ts';
import { type Invoice, type Price, type Stripe, type Subscription, listOf } from './objects.ts';
import type { Outcome } from './payment-intents.ts';
import { planOf } from './prices.ts';

const DAY_S = 86_400;

export type Beginning = {
  readonly customer: string;
  readonly items: readonly { readonly price: Price; readonly quantity: number }[];
  readonly metadata: { [key: string]: string };
  readonly trialDays: number;
  /** Nothing is asked of the card yet; the first payment is made by who subscribes, in their browser. */
  readonly isLeftIncomplete?: boolean;
  /** What a trial's end does where there is no means of payment. */
  readonly missingPaymentMethod: 'create_invoice' | 'pause' | 'cancel';
};

/**
 * docs.stripe.com/billing/subscriptions/overview: `incomplete` until the first invoice is paid, `trialing` where it
 * costs nothing yet; `active` at once where the payment takes days.
 */
export const begin = (
  books: Books,
  { customer, items, metadata, isLeftIncomplete = false, ...trial }: Beginning,
): Subscription => {
  const now = books.now();
  const trialEnd = trial.trialDays > 0 ? now + trial.trialDays * DAY_S : null;
  const anchor = trialEnd ?? now;
  const id = books.newId('sub');
  const subscription: Subscription = {
    ...UNUSED,
    id,
    object: 'subscription',
    automatic_tax: { disabled_reason: null, enabled: books.terms.tax !== null, liability: null },
    billing_cycle_anchor: anchor,
    billing_mode: { flexible: null, type: 'classic' },
    billing_schedules: [],
    cancel_at_period_end: false,
    cancellation_details: { comment: null, feedback: null, feedback_option: null, reason: null },
    collection_method: 'charge_automatically',
    created: now,
    currency: items[0]!.price.currency,
    customer,
    default_tax_rates: [],
    discounts: [],
    invoice_settings: {
      account_tax_ids: null,
      custom_fields: null,
      description: null,
      footer: null,
      issuer: { type: 'self' },
    },
    items: listOf(
      items.map(({ price, quantity }) => ({
        id: books.newId('si'),
        object: 'subscription_item',
        billing_thresholds: null,
        created: now,
        current_period_start: now,
        current_period_end: trialEnd ?? periodEnd(anchor, now, price.recurring),
        current_trial: null,
        discounts: [],
        metadata: {},
        plan: planOf(price),
        price,
        quantity,
        subscription: id,
        tax_rates: [],
      })),
      `/v1/subscription_items?subscription=${id}`,
    ),
    livemode: false,
    metadata,
    payment_settings: {
      payment_method_options: null,
      payment_method_types: null,
      save_default_payment_method: 'off',
    },
    start_date: now,
    status: 'incomplete',
    trial_end: trialEnd,
    trial_settings: {
      end_behavior: { billing_cycle_anchor: null, missing_payment_method: trial.missingPaymentMethod },
    },
    trial_start: trialEnd === null ? null : now,
  };
  books.subscriptions.set(id, subscription);
  const invoice = drawUp(
    books,
    subscription,
    'subscription_create',
    cycleLines(books, subscription, trialEnd !== null),
  );
  books.announce('customer.subscription.created', subscription);
  finalize(books, invoice);
  if (!isLeftIncomplete || invoice.amount_due === 0) take(books, subscription, invoice, attempt(books, invoice));
  return subscription;
};

/** What the outcome of an invoice's payment makes of its subscription. */
export const take = (books: Books, subscription: Subscription, invoice: Invoice, outcome: Outcome): void => {
  if (isOver(subscription)) return;
  switch (outcome) {
    case 'paid':
      // Only the latest invoice counts (docs.stripe.com/billing/subscriptions/overview#unpaid).
      if (subscription.latest_invoice !== invoice.id) return;
      if (subscription.status === 'incomplete')
        become(books, subscription, { status: subscription.trial_end === null ? 'active' : 'trialing' });
      else if (subscription.status === 'past_due' || subscription.status === 'unpaid')
        become(books, subscription, { status: 'active' });
      return;
    case 'processing':
      if (subscription.status === 'incomplete') become(books, subscription, { status: 'active' });
      return;
    case 'asks':
    case 'declined':
      if (subscription.status === 'active') become(books, subscription, { status: 'past_due' });
      if (subscription.status === 'past_due' && invoice.next_payment_attempt === null) giveUp(books, subscription);
  }
};

const giveUp = (books: Books, subscription: Subscription): void => {
  switch (books.terms.dunning.atLast) {
    case 'cancel':
      return end(books, subscription, 'payment_failed');
    case 'unpaid':
      return become(books, subscription, { status: 'unpaid' });
    case 'past_due':
  }
};

export const become = (books: Books, subscription: Subscription, changes: Partial<Subscription>): void => {
  const previous = change(subscription, changes);
  if (Object.keys(previous).length > 0) books.announce('customer.subscription.updated', subscription, previous);
};

/** Not to be reversed (docs.stripe.com/billing/subscriptions/cancel); open invoices are no longer tried. */
export const end = (
  books: Books,
  subscription: Subscription,
  reason: Stripe.Subscription.CancellationDetails.Reason,
): void => {
  change(subscription, {
    status: 'canceled',
    canceled_at: subscription.canceled_at ?? books.now(),
    ended_at: books.now(),
    cancellation_details: { comment: null, feedback: null, feedback_option: null, reason },
  });
  for (const invoice of invoicesOf(books, subscription.id))
    if (invoice.status === 'open' || invoice.status === 'draft')
      change(invoice, { auto_advance: false, next_payment_attempt: null, automatically_finalizes_at: null });
  books.announce('customer.subscription.deleted', subscription);
};

/** The first payment was not made in 23 hours (docs.stripe.com/billing/subscriptions/overview#statuses). */
export const expire = (books: Books, subscription: Subscription): void => {
  for (const invoice of invoicesOf(books, subscription.id)) if (invoice.status === 'open') voidInvoice(books, invoice);
  become(books, subscription, { status: 'incomplete_expired', ended_at: books.now() });
};

/** The next period begins, and is billed. */
export const renew = (books: Books, subscription: Subscription): void => {
  const previous = {
    items: structuredClone(subscription.items),
    latest_invoice: subscription.latest_invoice,
    status: subscription.status,
  };
  for (const item of subscription.items.data) {
    const start = item.current_period_end;
    change(item, {
      current_period_start: start,
      current_period_end: periodEnd(subscription.billing_cycle_anchor, start, item.price.recurring),
    });
  }
  if (subscription.status === 'trialing') subscription.status = 'active';
  const invoice = drawUp(books, subscription, 'subscription_cycle', cycleLines(books, subscription));
  books.announce('customer.subscription.updated', subscription, previous);

  // An unpaid subscription's invoices stay drafts (docs.stripe.com/billing/subscriptions/overview#unpaid).
  if (subscription.status === 'unpaid') change(invoice, { auto_advance: false, automatically_finalizes_at: null });
  collectAsPaused(books, subscription, invoice);
};

/** docs.stripe.com/billing/subscriptions/pause-payment */
const collectAsPaused = (books: Books, { pause_collection: pause }: Subscription, invoice: Invoice): void => {
  switch (pause?.behavior) {
    case 'keep_as_draft':
      change(invoice, { auto_advance: false, automatically_finalizes_at: null });
      return;
    case 'void':
      voidInvoice(books, invoice);
      return;
    case 'mark_uncollectible':
      finalize(books, invoice);
      markUncollectible(books, invoice);
  }
};

export const invoicesOf = (books: Books, subscriptionId: string): readonly Invoice[] =>
  [...books.invoices.values()].filter(({ parent }) => parent?.subscription_details?.subscription === subscriptionId);

export const isOver = ({ status }: Subscription): boolean => status === 'canceled' || status === 'incomplete_expired';

/** The end of the period that is being paid for; the same for all of its items. */
export const currentPeriodEnd = ({ items }: Subscription): number => items.data[0]!.current_period_end;

const UNUSED = {
  application: null,
  application_fee_percent: null,
  billing_cycle_anchor_config: null,
  billing_thresholds: null,
  cancel_at: null,
  canceled_at: null,
  customer_account: null,
  days_until_due: null,
  default_payment_method: null,
  default_source: null,
  description: null,
  ended_at: null,
  latest_invoice: null,
  managed_payments: null,
  next_pending_invoice_item_invoice: null,
  on_behalf_of: null,
  pause_collection: null,
  pending_invoice_item_interval: null,
  pending_setup_intent: null,
  pending_update: null,
  schedule: null,
  test_clock: null,
  transfer_data: null,
} satisfies Partial<Subscription>;
