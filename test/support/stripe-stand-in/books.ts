import { type Clock, SECOND_MS } from '@backline/core/kernel';
import type {
  BalanceTransaction,
  Charge,
  CheckoutSession,
  Customer,
  DeletedCustomer,
  Dispute,
  EventObject,
  EventType,
  FraudWarning,
  Invoice,
  InvoiceLine,
  InvoicePayment,
  PaymentIntent,
  PortalSession,
  Price,
  Refund,
  StripeEvent,
  Subscription,
} from './objects.ts';

/** How a customer's means of payment answers: `asks` wants its owner's consent first, `slow` says only days later. */
export type Card = 'works' | 'declines' | 'asks' | 'slow';

export type Terms = {
  /** Cents that Stripe keeps of a charge. */
  feeOf: (amount: number) => number;
  /** Percent on top of the price or in it; null for none. */
  tax: { readonly percent: number; readonly inclusive: boolean } | null;
  /** From a declined renewal on: when it is tried again, and what happens when it is never paid. */
  dunning: { readonly retriesAfterMs: readonly number[]; readonly atLast: 'cancel' | 'unpaid' | 'past_due' };
  /** How much later than a change the search knows of it. */
  searchLagMs: number;
};

/** Who has asked for what is being done; null when Stripe does it of itself. */
export type Request = { readonly id: string; readonly idempotency_key: string | null };

export type KeptEvent = { readonly event: StripeEvent; delivered: boolean };

/** All that the stand-in keeps. Objects are changed in place; events carry copies. */
export type Books = {
  readonly terms: Terms;
  /** Unix seconds; during catching up the moment that is being caught up with. */
  readonly now: () => number;
  /** Does `work` as of that second. */
  readonly at: (seconds: number, work: () => void) => void;
  readonly newId: (prefix: string) => string;
  readonly during: <T>(request: Request, work: () => T) => T;
  readonly announce: (type: EventType, object: object, previous?: object) => void;
  readonly onEvent: (listener: (kept: KeptEvent) => void) => void;

  readonly prices: Map<string, Price>;
  readonly customers: Map<string, Customer | DeletedCustomer>;
  readonly customersChangedAt: Map<string, number>;
  readonly cards: Map<string, Card>;
  readonly sessions: Map<string, CheckoutSession>;
  readonly lineItemsOf: Map<string, { readonly price: string; readonly quantity: number }[]>;
  readonly subscriptions: Map<string, Subscription>;
  /** Lines that the next invoice takes with it. */
  readonly pendingLines: Map<string, InvoiceLine[]>;
  readonly invoices: Map<string, Invoice>;
  readonly invoicePayments: Map<string, InvoicePayment>;
  readonly paymentIntents: Map<string, PaymentIntent>;
  readonly charges: Map<string, Charge>;
  readonly balanceTransactions: Map<string, BalanceTransaction>;
  readonly refunds: Map<string, Refund>;
  readonly disputes: Map<string, Dispute>;
  readonly fraudWarnings: Map<string, FraudWarning>;
  readonly portalSessions: Map<string, PortalSession>;
  readonly events: Map<string, KeptEvent>;
};

/** No two stand-ins of a process give the same id. */
let opened = 0;

export const emptyBooks = (clock: Clock, apiVersion: string, terms: Terms): Books => {
  opened += 1;
  const account = opened;
  let number = 0;
  let caughtUpTo: number | null = null;
  let request: Request | null = null;
  const listeners: ((kept: KeptEvent) => void)[] = [];
  const events = new Map<string, KeptEvent>();

  const now = (): number => caughtUpTo ?? Math.floor(clock.now() / SECOND_MS);
  const newId = (prefix: string): string => {
    number += 1;
    return `${prefix}_${account}S${String(number).padStart(12, '0')}`;
  };

  return {
    terms,
    now,
    at: (seconds, work) => {
      caughtUpTo = seconds;
      try {
        work();
      } finally {
        caughtUpTo = null;
      }
    },
    newId,
    during: (by, work) => {
      request = by;
      try {
        return work();
      } finally {
        request = null;
      }
    },
    announce: (type, object, previous) => {
      const event: StripeEvent = {
        id: newId('evt'),
        object: 'event',
        api_version: apiVersion,
        created: now(),
        data: {
          object: structuredClone(object) as EventObject,
          ...(previous === undefined ? {} : { previous_attributes: previous }),
        },
        livemode: false,
        pending_webhooks: 0,
        request: request ?? { id: null, idempotency_key: null },
        type,
      };
      const kept = { event, delivered: true };
      events.set(event.id, kept);
      for (const listener of listeners) listener(kept);
    },
    onEvent: (listener) => void listeners.push(listener),

    prices: new Map(),
    customers: new Map(),
    customersChangedAt: new Map(),
    cards: new Map(),
    sessions: new Map(),
    lineItemsOf: new Map(),
    subscriptions: new Map(),
    pendingLines: new Map(),
    invoices: new Map(),
    invoicePayments: new Map(),
    paymentIntents: new Map(),
    charges: new Map(),
    balanceTransactions: new Map(),
    refunds: new Map(),
    disputes: new Map(),
    fraudWarnings: new Map(),
    portalSessions: new Map(),
    events,
  };
};

/** Changes the object in place; what those members were before, as an `updated` event tells it. */
export const change = <T extends object>(object: T, changes: Partial<T>): Partial<T> => {
  const previous: Partial<T> = {};
  for (const key of Object.keys(changes) as (keyof T)[])
    if (JSON.stringify(object[key]) !== JSON.stringify(changes[key])) previous[key] = structuredClone(object[key]);
  Object.assign(object, changes);
  return previous;
};

/** The newest first, as every list of Stripe's is. */
export const newestFirst = <T>(map: ReadonlyMap<string, T>): readonly T[] => [...map.values()].toReversed();
