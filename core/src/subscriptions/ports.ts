import type { AccountReader, UserId } from '../accounts/index.ts';
import type { Clock, Ids, Instant, Outbox, Result, UnitOfWork } from '../kernel/index.ts';
import type { Checkout, HostedCheckout } from './checkout.ts';
import type { CustomerId, Payer } from './customer.ts';
import type { BadSignature, CustomerGone, PaymentsAway } from './errors.ts';
import type { SubscriptionEvent } from './events.ts';
import type { InvoiceId, Receipt, ReceiptLine } from './receipt.ts';
import type { Subscription, SubscriptionId, SubscriptionSnapshot } from './subscription.ts';
import type { EventId, InboxEntry, ObjectRef, WebhookEvent } from './webhook.ts';

export interface SubscriptionRepository {
  /** Locks the user's payments until the transaction ends, so that one at a time begins a checkout. */
  readonly lockUser: (userId: UserId) => Promise<void>;
  readonly find: (id: SubscriptionId) => Promise<Subscription | null>;
  readonly allOf: (userId: UserId) => Promise<readonly Subscription[]>;
  /** Inserts or replaces by id. */
  readonly save: (subscription: Subscription) => Promise<void>;
}

export interface CustomerRepository {
  readonly find: (userId: UserId) => Promise<CustomerId | null>;
  /** The first one stays: of several for one user, later ones change nothing. */
  readonly keep: (userId: UserId, id: CustomerId) => Promise<void>;
  readonly remove: (userId: UserId) => Promise<void>;
}

export interface CheckoutRepository {
  readonly latestOf: (userId: UserId) => Promise<Checkout | null>;
  readonly findBySession: (sessionId: string) => Promise<Checkout | null>;
  /** Inserts or replaces by id. */
  readonly save: (checkout: Checkout) => Promise<void>;
}

export interface ReceiptRepository {
  readonly find: (id: InvoiceId) => Promise<Receipt | null>;
  /** By invoice; held until the transaction ends. */
  readonly allOf: (userId: UserId) => Promise<readonly Receipt[]>;
  /** What was paid for of a subscription; not held. */
  readonly linesOf: (id: SubscriptionId) => Promise<readonly ReceiptLine[]>;
  /** Inserts or replaces by invoice. */
  readonly save: (receipt: Receipt) => Promise<void>;
}

export interface WebhookInbox {
  /** False when the event is there already; then nothing changes. */
  readonly insert: (event: WebhookEvent, receivedAt: Instant) => Promise<boolean>;
  readonly find: (id: EventId) => Promise<InboxEntry | null>;
  /** Holds the object until the transaction ends: one event about it is applied at a time. */
  readonly lockObject: (ref: ObjectRef) => Promise<void>;
  readonly markDone: (id: EventId, at: Instant) => Promise<void>;
  /** To be applied again. */
  readonly reopen: (id: EventId) => Promise<void>;
  /** Received before the instant and not done, the oldest first. */
  readonly undoneBefore: (at: Instant, limit: number) => Promise<readonly EventId[]>;
}

export type SubscriptionStores = {
  readonly subscriptions: SubscriptionRepository;
  readonly customers: CustomerRepository;
  readonly checkouts: CheckoutRepository;
  readonly receipts: ReceiptRepository;
  readonly inbox: WebhookInbox;
  readonly outbox: Outbox<SubscriptionEvent>;
};

export interface SubscriptionReader {
  readonly allOf: (userId: UserId) => Promise<readonly SubscriptionSnapshot[]>;
}

export interface WebhookReader {
  /** The newest first. */
  readonly events: (filter: { readonly undone: boolean }, limit: number) => Promise<readonly InboxEntry[]>;
}

/** An object as the provider has it now; null for what it does not know, or what is not ours. */
export type ProviderObject =
  | { readonly kind: 'subscription'; readonly snapshot: SubscriptionSnapshot | null }
  | {
      readonly kind: 'invoice';
      /** Null until it is paid. */
      readonly receipt: Receipt | null;
      readonly subscriptionId: SubscriptionId | null;
    }
  | {
      readonly kind: 'checkout';
      readonly sessionId: string;
      /** Paid, cancelled or expired. */
      readonly closed: boolean;
      readonly subscriptionId: SubscriptionId | null;
    }
  | {
      readonly kind: 'charge';
      readonly chargeId: string;
      /** What it paid; null for what is not ours. */
      readonly invoiceId: InvoiceId | null;
      /** A card network suspects fraud. */
      readonly suspect: boolean;
    };

/** A page of what the provider has; `next` asks for the one after it, null at the end. */
export type ProviderPage<Item> = { readonly items: readonly Item[]; readonly next: string | null };

export interface PaymentGateway {
  /** The same user always gives the same customer, however often and however concurrently it is asked for. */
  readonly customerFor: (payer: Payer) => Promise<Result<CustomerId, PaymentsAway>>;
  /** The same attempt always gives the same session, however often it is asked for. */
  readonly openCheckout: (
    attempt: Checkout,
    customer: CustomerId,
  ) => Promise<Result<HostedCheckout, PaymentsAway | CustomerGone>>;
  /** Where the customer manages what they pay for and how. */
  readonly openPortal: (customer: CustomerId) => Promise<Result<{ readonly url: string }, PaymentsAway | CustomerGone>>;
  readonly fetch: (ref: ObjectRef) => Promise<Result<ProviderObject, PaymentsAway>>;
  /** Ends it at once. Ok as well when it has ended already. */
  readonly cancel: (id: SubscriptionId) => Promise<Result<null, PaymentsAway>>;
  /** Erases the person there, and ends what they pay for. Ok as well when there is none. */
  readonly forgetCustomer: (customer: CustomerId) => Promise<Result<null, PaymentsAway>>;
  /** Events since the instant that the provider could not hand over. */
  readonly undelivered: (
    since: Instant,
    page: string | null,
  ) => Promise<Result<ProviderPage<WebhookEvent>, PaymentsAway>>;
  /** Every subscription of our users, ended ones too. */
  readonly allSubscriptions: (page: string | null) => Promise<Result<ProviderPage<SubscriptionSnapshot>, PaymentsAway>>;
  readonly invoicesPaidSince: (
    since: Instant,
    page: string | null,
  ) => Promise<Result<ProviderPage<InvoiceId>, PaymentsAway>>;
}

export interface WebhookVerifier {
  /** Verifies the raw bytes before reading them. Events older than 300 s or of the future are stale. */
  readonly verify: (
    body: Uint8Array,
    signature: string | undefined,
    now: Instant,
  ) => Result<WebhookEvent, BadSignature>;
}

export type SubscriptionPorts = {
  readonly uow: UnitOfWork<SubscriptionStores>;
  readonly subscriptions: SubscriptionReader;
  readonly webhooks: WebhookReader;
  readonly accounts: AccountReader;
  readonly paymentGateway: PaymentGateway;
  readonly webhookVerifier: WebhookVerifier;
  readonly clock: Clock;
  readonly ids: Ids;
};
