import { invalidParameter, noSuch, notNow } from './api-error.ts';
import { attempt, cycleLines, drawUp, finalize } from './billing.ts';
import { type Books, newestFirst } from './books.ts';
import { periodEnd } from './calendar.ts';
import { customerNamed } from './customers.ts';
import { prorations } from './invoice-lines.ts';
import type { Price, Stripe, Subscription } from './objects.ts';
import { PAGE_PARAMS, page } from './pages.ts';
import type { Params } from './params.ts';
import { planOf, priceNamed } from './prices.ts';
import { type Route, route } from './routing.ts';
import { become, begin, currentPeriodEnd, end, isOver, take } from './subscribing.ts';

const STATUSES = [
  'active',
  'all',
  'canceled',
  'ended',
  'incomplete',
  'incomplete_expired',
  'past_due',
  'paused',
  'trialing',
  'unpaid',
] as const;

export const subscriptionNamed = (books: Books, id: string, param?: string): Subscription => {
  const found = books.subscriptions.get(id);
  if (found === undefined) throw noSuch('subscription', id, param);
  return found;
};

/** One that goes on: Stripe knows of no other where it is to be changed or ended. */
const livingSubscription = (books: Books, id: string): Subscription => {
  const found = subscriptionNamed(books, id);
  if (isOver(found)) throw noSuch('subscription', id);
  return found;
};

export const itemsIn = (books: Books, params: Params, name: string) => {
  const items = params.groups(name).map((item) => {
    item.only<Stripe.SubscriptionCreateParams.Item>('price', 'quantity');
    const param = `${name}[price]`;
    return { price: priceNamed(books, item.neededText('price'), param), quantity: item.whole('quantity') ?? 1 };
  });
  if (items.length === 0) throw invalidParameter(name, `Missing required param: ${name}.`, 'parameter_missing');
  return items;
};

export const missingPaymentMethodIn = (params: Params | null | undefined) => {
  const settings = params?.group('trial_settings');
  settings?.only<Stripe.SubscriptionCreateParams.TrialSettings>('end_behavior');
  const behavior = settings?.group('end_behavior');
  return behavior?.choice('missing_payment_method', ['create_invoice', 'pause', 'cancel']) ?? 'create_invoice';
};

const update = (books: Books, subscription: Subscription, params: Params): Subscription => {
  params.only<Stripe.SubscriptionUpdateParams>(
    'cancel_at_period_end',
    'cancel_at',
    'metadata',
    'pause_collection',
    'items',
    'proration_behavior',
    'trial_end',
    'expand',
  );
  const changes: Partial<Subscription> = { metadata: params.metadata(subscription.metadata) };
  const atPeriodEnd = params.flag('cancel_at_period_end');
  if (atPeriodEnd !== undefined) Object.assign(changes, cancelling(books, subscription, atPeriodEnd));
  if (params.has('cancel_at')) changes.cancel_at = params.whole('cancel_at') ?? null;
  if (params.has('pause_collection')) changes.pause_collection = pauseIn(params);
  const to = newPrice(books, subscription, params);
  if (to !== null) swap(books, subscription, to, params);
  become(books, subscription, changes);
  if (params.text('trial_end') === 'now') endTrial(books, subscription);
  return subscription;
};

/** docs.stripe.com/billing/subscriptions/cancel: `cancel_at` tells the time, and can be taken back until then. */
const cancelling = (books: Books, subscription: Subscription, atPeriodEnd: boolean): Partial<Subscription> => ({
  cancel_at_period_end: atPeriodEnd,
  cancel_at: atPeriodEnd ? currentPeriodEnd(subscription) : null,
  canceled_at: atPeriodEnd ? books.now() : null,
  cancellation_details: {
    comment: null,
    feedback: null,
    feedback_option: null,
    reason: atPeriodEnd ? 'cancellation_requested' : null,
  },
});

const pauseIn = (params: Params): Stripe.Subscription.PauseCollection | null => {
  const pause = params.group('pause_collection');
  if (pause === null || pause === undefined) return null;
  pause.only<Stripe.SubscriptionUpdateParams.PauseCollection>('behavior', 'resumes_at');
  const behavior = pause.choice('behavior', ['keep_as_draft', 'mark_uncollectible', 'void']);
  if (behavior === undefined) throw invalidParameter('pause_collection[behavior]', 'Missing', 'parameter_missing');
  return { behavior, resumes_at: pause.whole('resumes_at') ?? null };
};

const newPrice = (books: Books, subscription: Subscription, params: Params): Price | null => {
  const item = params.groups('items')[0];
  if (item === undefined) return null;
  item.only<Stripe.SubscriptionUpdateParams.Item>('id', 'price');
  const id = item.neededText('id');
  if (subscription.items.data[0]?.id !== id) throw noSuch('subscription_item', id, 'items[0][id]');
  return priceNamed(books, item.neededText('price'), 'items[0][price]');
};

const swap = (books: Books, subscription: Subscription, to: Price, params: Params): void => {
  const item = subscription.items.data[0]!;
  const behavior =
    params.choice('proration_behavior', ['always_invoice', 'create_prorations', 'none']) ?? 'create_prorations';
  const lines = behavior === 'none' ? [] : prorations(books, subscription, item, to);
  item.price = to;
  item.plan = planOf(to);
  if (behavior === 'create_prorations') books.pendingLines.set(subscription.id, [...lines]);
  if (behavior !== 'always_invoice') return;
  const invoice = drawUp(books, subscription, 'subscription_update', lines);
  if (invoice.total < 0) throw new Error('the stand-in keeps no credit: only a dearer price can be billed at once');
  finalize(books, invoice);
  take(books, subscription, invoice, attempt(books, invoice));
};

const endTrial = (books: Books, subscription: Subscription): void => {
  const now = books.now();
  for (const item of subscription.items.data) {
    item.current_period_start = now;
    item.current_period_end = periodEnd(now, now, item.price.recurring);
  }
  become(books, subscription, { status: 'active', trial_end: now, billing_cycle_anchor: now });
  const invoice = drawUp(books, subscription, 'subscription_update', cycleLines(books, subscription));
  finalize(books, invoice);
  take(books, subscription, invoice, attempt(books, invoice));
};

/** docs.stripe.com/api/subscriptions/resume: a new period, billed at once. */
const resume = (books: Books, subscription: Subscription): Subscription => {
  if (subscription.status !== 'paused') throw notNow('Only a paused subscription can be resumed.');
  endTrial(books, subscription);
  books.announce('customer.subscription.resumed', subscription, { status: 'paused' });
  return subscription;
};

export const subscriptionRoutes: readonly Route[] = [
  route('POST /v1/subscriptions', ({ books, params }) => {
    params.only<Stripe.SubscriptionCreateParams>(
      'customer',
      'items',
      'metadata',
      'trial_period_days',
      'trial_settings',
      'payment_behavior',
      'expand',
    );
    const customer = customerNamed(books, params.neededText('customer'), 'customer').id;
    const isLeftIncomplete =
      params.choice('payment_behavior', ['allow_incomplete', 'default_incomplete']) === 'default_incomplete';
    const trialDays = params.whole('trial_period_days') ?? 0;
    if (!isLeftIncomplete && trialDays === 0 && !books.cards.has(customer))
      throw notNow('This customer has no attached payment source or default payment method.', 'resource_missing');
    return begin(books, {
      customer,
      items: itemsIn(books, params, 'items'),
      metadata: params.metadata(),
      isLeftIncomplete,
      trialDays,
      missingPaymentMethod: missingPaymentMethodIn(params),
    });
  }),
  route('GET /v1/subscriptions', ({ books, params }) => {
    params.only<Stripe.SubscriptionListParams>(...PAGE_PARAMS, 'status', 'customer', 'price', 'created');
    const status = params.choice('status', STATUSES) ?? null;
    const customer = params.text('customer') ?? null;
    const price = params.text('price') ?? null;
    const created = params.range('created');
    const listed = newestFirst(books.subscriptions).filter(
      (each) =>
        isListed(each, status) &&
        created(each.created) &&
        (customer === null || each.customer === customer) &&
        (price === null || each.items.data.some((item) => item.price.id === price)),
    );
    return page(params, '/v1/subscriptions', listed);
  }),
  route('GET /v1/subscriptions/:id', ({ books, params, ids: [id = ''] }) => {
    params.only<Stripe.SubscriptionRetrieveParams>('expand');
    return subscriptionNamed(books, id);
  }),
  route('POST /v1/subscriptions/:id', ({ books, params, ids: [id = ''] }) =>
    update(books, livingSubscription(books, id), params),
  ),
  route('DELETE /v1/subscriptions/:id', ({ books, params, ids: [id = ''] }) => {
    params.only<Stripe.SubscriptionCancelParams>('invoice_now', 'prorate', 'expand');
    const subscription = livingSubscription(books, id);
    end(books, subscription, 'cancellation_requested');
    return subscription;
  }),
  route('POST /v1/subscriptions/:id/resume', ({ books, params, ids: [id = ''] }) => {
    params.only<Stripe.SubscriptionResumeParams>('billing_cycle_anchor', 'proration_behavior', 'expand');
    return resume(books, livingSubscription(books, id));
  }),
];

/** docs.stripe.com/api/subscriptions/list: without a status all that are not over; `ended` are those that are. */
const isListed = (it: Subscription, status: (typeof STATUSES)[number] | null): boolean => {
  if (status === 'all') return true;
  if (status === 'ended') return isOver(it);
  return status === null ? it.status !== 'canceled' : it.status === status;
};
