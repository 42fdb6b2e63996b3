import type { UserId } from '@backline/core/accounts';
import type { Instant } from '@backline/core/kernel';

export type Session = {
  readonly id: string;
  /** Core's id of the attempt. */
  readonly attemptId: string;
  readonly openedAt: Instant;
  readonly expiresAt: Instant;
  /** `open` may have run out: see `sessionStatus`. */
  readonly status: 'open' | 'paid' | 'cancelled' | 'expired';
  /** Set once it is paid. */
  readonly subscriptionId: string | null;
};

export type SandboxSubscription = {
  readonly id: string;
  /** When it was first paid: all its periods are counted from here. */
  readonly anchor: Instant;
  /** Which period it is in, from 0. */
  readonly period: number;
  readonly status: 'active' | 'past_due' | 'canceled';
  readonly cancelAtPeriodEnd: boolean;
  readonly pastDueSince: Instant | null;
  readonly endedAt: Instant | null;
};

export type Invoice = {
  readonly id: string;
  readonly subscriptionId: string;
  /** Decimal text of the micros of a US dollar: JSON has no bigint. */
  readonly amountMicros: string;
  readonly serviceFrom: Instant;
  readonly serviceUntil: Instant;
  /** Null while it is owed. */
  readonly paidAt: Instant | null;
  readonly refunded: boolean;
};

/** A visit to the page where a subscription is managed. */
export type Portal = { readonly id: string; readonly expiresAt: Instant };

/** Where an artist is paid to. */
export type Payee = { readonly id: string; readonly onboarded: boolean };

export type SandboxTransfer = {
  readonly id: string;
  /** Decimal text. */
  readonly amountMicros: string;
  readonly currency: string;
  readonly transferGroup: string;
  readonly idempotencyKey: string;
  readonly sentAt: Instant;
  /** When all of it came back. */
  readonly reversedAt: Instant | null;
};

/** What the event's JSON carries under `data.object`. */
export type EventObject = { readonly id: string; readonly object: string } & {
  readonly [field: string]: string | number | boolean | null | { readonly [name: string]: string };
};

export type StoredEvent = {
  readonly id: string;
  readonly type: string;
  readonly createdAt: Instant;
  readonly object: EventObject;
  readonly deliveredAt: Instant | null;
};

/**
 * All that the sandbox knows of one user; the newest is last in each list. It is stored as a whole, so a change
 * and the events that tell of it are kept together or not at all.
 */
export type Account = {
  readonly userId: UserId;
  readonly sessions: readonly Session[];
  readonly subscriptions: readonly SandboxSubscription[];
  readonly invoices: readonly Invoice[];
  readonly portals: readonly Portal[];
  readonly payee: Payee | null;
  readonly transfers: readonly SandboxTransfer[];
  readonly events: readonly StoredEvent[];
};

export const emptyAccount = (userId: UserId): Account => ({
  userId,
  sessions: [],
  subscriptions: [],
  invoices: [],
  portals: [],
  payee: null,
  transfers: [],
  events: [],
});

export const undelivered = (account: Account): readonly StoredEvent[] =>
  account.events.filter((event) => event.deliveredAt === null);

/** How many delivered events are kept for a look back. */
const KEPT_EVENTS = 50;

export const markDelivered = (account: Account, delivered: ReadonlySet<string>, at: Instant): Account => {
  const events = account.events.map((event) =>
    event.deliveredAt === null && delivered.has(event.id) ? { ...event, deliveredAt: at } : event,
  );
  const recent = new Set(events.filter((event) => event.deliveredAt !== null).slice(-KEPT_EVENTS));
  return { ...account, events: events.filter((event) => event.deliveredAt === null || recent.has(event)) };
};

/** Puts it in the place of the one with its id, or last. */
export const put = <T extends { readonly id: string }>(list: readonly T[], item: T): readonly T[] =>
  list.some(({ id }) => id === item.id) ? list.map((each) => (each.id === item.id ? item : each)) : [...list, item];
