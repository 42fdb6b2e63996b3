import type { UserId } from '@backline/core/accounts';
import { type Instant, SECOND_MS, instant } from '@backline/core/kernel';
import type { SubscriptionId, SubscriptionSnapshot, SubscriptionStatus } from '@backline/core/subscriptions';
import type { Stripe } from 'stripe';
import { expandedOf, userIn } from './ids.ts';
import type { Warn } from './warn.ts';

/** What `snapshotOf` reads of a subscription is there when these were asked for. */
export const SNAPSHOT_EXPANSIONS = ['latest_invoice', 'customer'] as const;

const KNOWN: ReadonlySet<string> = new Set<SubscriptionStatus>([
  'incomplete',
  'incomplete_expired',
  'trialing',
  'active',
  'past_due',
  'canceled',
  'unpaid',
  'paused',
]);

/** Of these, the invoices are asked for: since when nothing was paid, the latest alone does not tell. */
export const isOwing = ({ status }: Stripe.Subscription): boolean => status === 'past_due';

/**
 * Null for a subscription that is none of ours.
 * @param invoices its latest ones in any order, where it is owing
 */
export const snapshotOf = (
  subscription: Stripe.Subscription,
  invoices: readonly Stripe.Invoice[],
  warn: Warn,
): SubscriptionSnapshot | null => {
  const userId = ownerOf(subscription);
  const period = lastPeriod(subscription);
  if (userId === null || period === null) return null;

  const invoice = expandedOf<Stripe.Invoice>(subscription.latest_invoice);
  const status = statusOf(subscription, invoice, warn);
  return {
    id: subscription.id as SubscriptionId,
    userId,
    status,
    currentPeriodStart: period.start,
    currentPeriodEnd: period.end,
    cancelAtPeriodEnd: endsWithPeriod(subscription, period.end),
    pastDueSince: status === 'past_due' ? (owedSince(invoices) ?? period.start) : null,
    endedAt: instantOf(subscription.ended_at),
    payUrl: invoice?.status === 'open' ? (invoice.hosted_invoice_url ?? null) : null,
  };
};

const ownerOf = ({ metadata, customer }: Stripe.Subscription): UserId | null => {
  const person = expandedOf<Stripe.Customer | Stripe.DeletedCustomer>(customer);
  return userIn(metadata) ?? (person === null || person.deleted ? null : userIn(person.metadata));
};

/** Periods are the items' own; we sell one item, and of several the one that lasts longest counts. */
const lastPeriod = ({ items }: Stripe.Subscription): { readonly start: Instant; readonly end: Instant } | null => {
  const last = items.data.toSorted((a, b) => b.current_period_end - a.current_period_end)[0];
  return last === undefined
    ? null
    : { start: secondsToInstant(last.current_period_start), end: secondsToInstant(last.current_period_end) };
};

/** The portal sets the one, the API the other. */
const endsWithPeriod = ({ cancel_at_period_end, cancel_at }: Stripe.Subscription, periodEnd: Instant): boolean =>
  cancel_at_period_end || (cancel_at !== null && secondsToInstant(cancel_at) <= periodEnd);

/** While collection is paused Stripe says `active` though nobody pays: only a period that was paid before counts. */
const statusOf = (
  { id, status, pause_collection }: Stripe.Subscription,
  invoice: Stripe.Invoice | null,
  warn: Warn,
): SubscriptionStatus => {
  if (!KNOWN.has(status)) {
    warn('a subscription has a status that this version does not know; it gives nothing', { subscription: id, status });
    return 'unknown';
  }
  const givesAccess = status === 'active' || status === 'past_due';
  if (pause_collection !== null && givesAccess && invoice?.status !== 'paid') return 'paused';
  return status as SubscriptionStatus;
};

/**
 * When the first invoice after the last paid one was to be paid: another month that is not paid either does not begin
 * the grace anew. A renewal is charged when its invoice is final, not when it is drafted an hour before.
 */
const owedSince = (invoices: readonly Stripe.Invoice[]): Instant | null => {
  const newestFirst = invoices.toSorted((a, b) => b.created - a.created);
  const paid = newestFirst.findIndex(({ status }) => status === 'paid');
  const owed = (paid === -1 ? newestFirst : newestFirst.slice(0, paid)).findLast(
    ({ status }) => status === 'open' || status === 'uncollectible',
  );
  return owed === undefined ? null : instantOf(owed.status_transitions.finalized_at ?? owed.created);
};

export const secondsToInstant = (seconds: number): Instant => instant(seconds * SECOND_MS);

export const instantOf = (seconds: number | null | undefined): Instant | null =>
  seconds === null || seconds === undefined ? null : secondsToInstant(seconds);
