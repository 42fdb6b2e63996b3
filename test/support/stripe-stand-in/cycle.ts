import { attempt, finalize } from './billing.ts';
import type { Books } from './books.ts';
import { expireSession } from './checkout-sessions.ts';
import type { Invoice, Subscription } from './objects.ts';
import { become, currentPeriodEnd, end, expire, isOver, renew, take } from './subscribing.ts';

const DAY_S = 86_400;
/** docs.stripe.com/billing/subscriptions/overview#statuses */
const INCOMPLETE_S = 23 * 3_600;
const TRIAL_NOTICE_S = 3 * DAY_S;

type Due = { readonly at: number; readonly act: () => void };

/** Everything that Stripe does of itself up to now, each thing as of its own moment and in their order. */
export const catchUp = (books: Books): void => {
  for (;;) {
    const next = dueOf(books)
      .filter(({ at }) => at <= books.now())
      .reduce<Due | null>((soonest, each) => (soonest === null || each.at < soonest.at ? each : soonest), null);
    if (next === null) return;
    books.at(next.at, next.act);
  }
};

const dueOf = (books: Books): readonly Due[] => [
  ...[...books.sessions.values()]
    .filter(({ status }) => status === 'open')
    .map((session): Due => ({ at: session.expires_at, act: () => expireSession(books, session) })),
  ...[...books.invoices.values()].flatMap((invoice) => dueOfInvoice(books, invoice)),
  ...[...books.subscriptions.values()]
    .filter((each) => !isOver(each))
    .flatMap((each) => dueOfSubscription(books, each)),
];

const dueOfInvoice = (books: Books, invoice: Invoice): readonly Due[] => {
  const subscription = books.subscriptions.get(String(invoice.parent?.subscription_details?.subscription));
  const charge = (): void => {
    const outcome = attempt(books, invoice);
    if (subscription !== undefined) take(books, subscription, invoice, outcome);
  };
  if (invoice.status === 'draft' && typeof invoice.automatically_finalizes_at === 'number') {
    const finalizeAndCharge = (): void => {
      finalize(books, invoice);
      charge();
    };
    return [{ at: invoice.automatically_finalizes_at, act: finalizeAndCharge }];
  }
  return invoice.status === 'open' && invoice.next_payment_attempt !== null
    ? [{ at: invoice.next_payment_attempt, act: charge }]
    : [];
};

const dueOfSubscription = (books: Books, subscription: Subscription): readonly Due[] => {
  const due: Due[] = [];
  const { status, cancel_at: cancelAt, pause_collection: pause, trial_end: trialEnd } = subscription;
  const periodEnd = currentPeriodEnd(subscription);

  if (status === 'incomplete')
    return [{ at: subscription.created + INCOMPLETE_S, act: () => expire(books, subscription) }];
  if (cancelAt !== null && !subscription.cancel_at_period_end)
    due.push({ at: cancelAt, act: () => end(books, subscription, 'cancellation_requested') });
  if (typeof pause?.resumes_at === 'number')
    due.push({ at: pause.resumes_at, act: () => become(books, subscription, { pause_collection: null }) });
  if (status === 'paused') return due;

  if (status === 'trialing' && trialEnd !== null && !noticed.has(subscription))
    due.push({
      at: Math.max(trialEnd - TRIAL_NOTICE_S, subscription.created),
      act: () => {
        noticed.add(subscription);
        books.announce('customer.subscription.trial_will_end', subscription);
      },
    });
  due.push({ at: periodEnd, act: () => endPeriod(books, subscription) });
  return due;
};

const noticed = new WeakSet<Subscription>();

const endPeriod = (books: Books, subscription: Subscription): void => {
  if (subscription.cancel_at_period_end) return end(books, subscription, 'cancellation_requested');
  const lacksCard = subscription.status === 'trialing' && !books.cards.has(subscription.customer);
  const then = subscription.trial_settings?.end_behavior.missing_payment_method;
  if (lacksCard && then === 'cancel') return end(books, subscription, 'cancellation_requested');
  if (lacksCard && then === 'pause') {
    subscription.status = 'paused';
    books.announce('customer.subscription.paused', subscription, { status: 'trialing' });
    return;
  }
  renew(books, subscription);
};
