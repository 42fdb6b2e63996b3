import type { UserId } from '../accounts/index.ts';
import { type Brand, DAY_MS, type Instant, after } from '../kernel/index.ts';

import type { ReceiptLine } from './receipt.ts';

/** The payment provider's id. */
export type SubscriptionId = Brand<string, 'SubscriptionId'>;

/** Stripe's words. `unknown` stands for one that this version has not heard of: it gives nothing. */
export type SubscriptionStatus =
  | 'incomplete'
  | 'incomplete_expired'
  | 'trialing'
  | 'active'
  | 'past_due'
  | 'canceled'
  | 'unpaid'
  | 'paused'
  | 'unknown';

/** What the provider says of a subscription at the moment of asking. */
export type SubscriptionSnapshot = {
  readonly id: SubscriptionId;
  readonly userId: UserId;
  readonly status: SubscriptionStatus;
  readonly currentPeriodStart: Instant;
  readonly currentPeriodEnd: Instant;
  readonly cancelAtPeriodEnd: boolean;
  /** When it became `past_due`; null in any other status. */
  readonly pastDueSince: Instant | null;
  readonly endedAt: Instant | null;
  /** Where the fan can pay what is owed; null when nothing is. */
  readonly payUrl: string | null;
};

/** A time that the subscription pays for (R3c); `until` is exclusive, null while it goes on. */
export type PaidSpan = { readonly from: Instant; readonly until: Instant | null };

export type Subscription = SubscriptionSnapshot & { readonly paid: readonly PaidSpan[] };

/** R3c and http-api.md, "Who may stream". */
export const PAST_DUE_GRACE_MS = 7 * DAY_MS;

/** Whether it lets its owner stream any track. */
export const entitles = (it: SubscriptionSnapshot, now: Instant): boolean => {
  if (it.cancelAtPeriodEnd && now >= it.currentPeriodEnd) return false;
  switch (it.status) {
    case 'active':
    case 'trialing':
      return true;
    case 'past_due':
      return it.pastDueSince !== null && now < after(it.pastDueSince, PAST_DUE_GRACE_MS);
    default:
      return false;
  }
};

/**
 * Takes over what the provider says now; the times that were paid for stay paid for. What receipts were for was paid for
 * up to the subscription's end, also where nobody looked in the meantime.
 */
export const observe = (
  known: Subscription | null,
  snapshot: SubscriptionSnapshot,
  receipts: readonly ReceiptLine[],
  now: Instant,
): Subscription => ({
  ...snapshot,
  paid: united([...paidSpans(known?.paid ?? [], snapshot, now), ...endAt(servedBy(receipts), snapshot.endedAt)]),
});

const servedBy = (receipts: readonly ReceiptLine[]): readonly PaidSpan[] =>
  receipts
    .filter(({ amount }) => amount > 0n)
    .map(({ serviceFrom, serviceUntil }) => ({ from: serviceFrom, until: serviceUntil }));

/** In their order, and without one that touches another. */
const united = (spans: readonly PaidSpan[]): readonly PaidSpan[] =>
  spans
    .toSorted((a, b) => a.from - b.from)
    .reduce<readonly PaidSpan[]>((before, span) => {
      const last = before.at(-1);
      if (last === undefined || (last.until !== null && last.until < span.from)) return [...before, span];
      return [...before.slice(0, -1), { from: last.from, until: later(last.until, span.until) }];
    }, []);

/** Null is never. */
const later = (a: Instant | null, b: Instant | null): Instant | null =>
  a === null || b === null ? null : (Math.max(a, b) as Instant);

const paidSpans = (spans: readonly PaidSpan[], it: SubscriptionSnapshot, now: Instant): readonly PaidSpan[] => {
  if (it.status === 'active') return reopen(spans, spans.length === 0 ? it.currentPeriodStart : now, null);
  if (it.status === 'past_due' && it.pastDueSince !== null)
    return reopen(spans, it.pastDueSince, after(it.pastDueSince, PAST_DUE_GRACE_MS));
  return endAt(spans, it.endedAt ?? now);
};

/** Goes on with the last span where it reaches `from`; begins another where it doesn't. */
const reopen = (spans: readonly PaidSpan[], from: Instant, until: Instant | null): readonly PaidSpan[] => {
  const last = spans.at(-1);
  const goesOn = last !== undefined && (last.until === null || last.until >= from);
  return goesOn ? [...spans.slice(0, -1), { from: last.from, until }] : [...spans, { from, until }];
};

/** Null ends nothing. */
const endAt = (spans: readonly PaidSpan[], end: Instant | null): readonly PaidSpan[] =>
  spans
    .map((span) => (end !== null && (span.until === null || span.until > end) ? { ...span, until: end } : span))
    .filter((span) => span.until === null || span.until > span.from);

/** The first instant about which the two lists disagree; null when they pay for the same times. */
export const firstDifference = (a: readonly PaidSpan[], b: readonly PaidSpan[]): Instant | null => {
  const boundaries = [...a, ...b].flatMap(({ from, until }) => (until === null ? [from] : [from, until]));
  const differing = boundaries.filter((at) => pays(a, at) !== pays(b, at)).sort((x, y) => x - y);
  return differing[0] ?? null;
};

export const pays = (spans: readonly PaidSpan[], at: Instant): boolean =>
  spans.some(({ from, until }) => from <= at && (until === null || at < until));
