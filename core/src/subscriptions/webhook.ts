import type { Brand, Instant } from '../kernel/index.ts';

/** The provider's id of an event. */
export type EventId = Brand<string, 'EventId'>;

/** What an event is about. Its payload is a hint of where to look, never state. */
export type ObjectRef = { readonly kind: 'subscription' | 'invoice' | 'checkout' | 'charge'; readonly id: string };

/** What payouts follow: the account of an artist at the provider, and a transfer to it. */
export type PayeeRef = { readonly kind: 'payout-account' | 'transfer'; readonly id: string };

export type WebhookEvent = {
  readonly id: EventId;
  readonly type: string;
  /** Null for event types that this version does not act on: kept, and done with. */
  readonly object: ObjectRef | PayeeRef | null;
  readonly createdAt: Instant;
};

export type InboxEntry = WebhookEvent & { readonly receivedAt: Instant; readonly doneAt: Instant | null };
