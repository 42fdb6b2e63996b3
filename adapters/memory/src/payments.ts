import { type Clock, type Instant, SECOND_MS, after, before, err, invariant, ok } from '@backline/core/kernel';
import type { UserId } from '@backline/core/accounts';
import type {
  Checkout,
  CheckoutId,
  CustomerId,
  EventId,
  HostedCheckout,
  InvoiceId,
  ObjectRef,
  PayeeRef,
  PaymentGateway,
  ProviderObject,
  Receipt,
  SubscriptionId,
  SubscriptionSnapshot,
  WebhookEvent,
  WebhookVerifier,
} from '@backline/core/subscriptions';
import { asciiBytes, asciiText } from './ascii.ts';
import { sequenceAfter } from './state.ts';

export type SignedEvent = { readonly eventId: EventId; readonly body: Uint8Array; readonly signature: string };

/** A payment provider that lives in this process; what would be a fan's or a bank's doing is a call here. */
export type MemoryPayments = {
  readonly paymentGateway: PaymentGateway;
  readonly webhookVerifier: WebhookVerifier;
  /** What it says of the subscription from now on. Announces nothing. */
  readonly put: (snapshot: SubscriptionSnapshot) => void;
  /** A paid invoice of the subscription. Announces nothing. */
  readonly putReceipt: (receipt: Receipt, subscriptionId: SubscriptionId) => void;
  /** The fan pays at the hosted checkout: it closes, a subscription of 30 days begins, and the event says so. */
  readonly pay: (sessionId: string) => SignedEvent;
  /** A charge that paid the invoice; `suspect` when a card network warned of it. Announces nothing. */
  readonly putCharge: (chargeId: string, invoiceId: InvoiceId, suspect: boolean) => void;
  /** As if the event had been sent and had not arrived. */
  readonly lose: (event: SignedEvent) => void;
  /** A webhook event about the object, signed now. */
  readonly event: (object: ObjectRef | PayeeRef | null) => SignedEvent;
};

const CHECKOUT_LIFETIME_MS = 24 * 3_600 * SECOND_MS;
const MAX_EVENT_AGE_MS = 300 * SECOND_MS;
const PERIOD_MS = 30 * 24 * 3_600 * SECOND_MS;

type CheckoutSession = {
  readonly attempt: Checkout;
  readonly hosted: HostedCheckout;
  readonly subscriptionId: SubscriptionId | null;
};

type Invoice = { readonly receipt: Receipt; readonly subscriptionId: SubscriptionId };

export const memoryPayments = (clock: Clock): MemoryPayments => {
  const sessions = new Map<string, CheckoutSession>();
  const sessionOfAttempt = new Map<CheckoutId, string>();
  const subscriptions = new Map<string, SubscriptionSnapshot>();
  const invoices = new Map<string, Invoice>();
  const charges = new Map<string, { readonly invoiceId: InvoiceId; readonly suspect: boolean }>();
  const lost = new Map<EventId, WebhookEvent>();
  const known = new Map<EventId, WebhookEvent>();
  const signing = memorySigning();
  const nextNumber = sequenceAfter(0);

  const openSession = (attempt: Checkout): HostedCheckout => {
    const sessionId = `session-${nextNumber()}`;
    const hosted = {
      sessionId,
      url: `memory:checkout/${sessionId}`,
      expiresAt: after(clock.now(), CHECKOUT_LIFETIME_MS),
    };
    sessions.set(sessionId, { attempt, hosted, subscriptionId: null });
    sessionOfAttempt.set(attempt.id, sessionId);
    return hosted;
  };

  const objectOf = ({ kind, id }: ObjectRef): ProviderObject => {
    switch (kind) {
      case 'subscription':
        return { kind, snapshot: subscriptions.get(id) ?? null };
      case 'invoice':
        return {
          kind,
          receipt: invoices.get(id)?.receipt ?? null,
          subscriptionId: invoices.get(id)?.subscriptionId ?? null,
        };
      case 'checkout': {
        const session = sessions.get(id);
        const expired = session !== undefined && clock.now() >= session.hosted.expiresAt;
        const subscriptionId = session?.subscriptionId ?? null;
        return { kind, sessionId: id, closed: expired || subscriptionId !== null, subscriptionId };
      }
      case 'charge':
        return {
          kind,
          chargeId: id,
          invoiceId: charges.get(id)?.invoiceId ?? null,
          suspect: charges.get(id)?.suspect ?? false,
        };
    }
  };

  const announce = (object: ObjectRef | PayeeRef | null): SignedEvent => {
    const event = {
      id: `event-${nextNumber()}` as EventId,
      type: `${object?.kind ?? 'other'}.changed`,
      object,
      createdAt: clock.now(),
    };
    known.set(event.id, event);
    return signing.sign(event);
  };

  const end = (id: SubscriptionId): void => {
    const snapshot = subscriptions.get(id);
    if (snapshot !== undefined && snapshot.endedAt === null)
      subscriptions.set(id, { ...snapshot, status: 'canceled', pastDueSince: null, endedAt: clock.now() });
  };

  return {
    paymentGateway: {
      openCheckout: async (attempt) => {
        const known = sessions.get(sessionOfAttempt.get(attempt.id) ?? '');
        return ok(known?.hosted ?? openSession(attempt));
      },
      fetch: async (ref) => ok(objectOf(ref)),
      customerFor: async ({ userId }) => ok(customerOf(userId)),
      openPortal: async (customer) => ok({ url: `memory:portal/${customer}` }),
      cancel: async (id) => {
        end(id);
        return ok(null);
      },
      forgetCustomer: async (customer) => {
        for (const { id, userId } of subscriptions.values()) if (customerOf(userId) === customer) end(id);
        return ok(null);
      },
      undelivered: async (since) =>
        ok({ items: [...lost.values()].filter(({ createdAt }) => createdAt >= since), next: null }),
      allSubscriptions: async () => ok({ items: [...subscriptions.values()], next: null }),
      invoicesPaidSince: async (since) =>
        ok({
          items: [...invoices.values()]
            .filter(({ receipt }) => receipt.paidAt >= since)
            .map(({ receipt }) => receipt.invoiceId),
          next: null,
        }),
    },
    webhookVerifier: signing.verifier,
    put: (snapshot) => void subscriptions.set(snapshot.id, snapshot),
    putReceipt: (receipt, subscriptionId) => void invoices.set(receipt.invoiceId, { receipt, subscriptionId }),
    pay: (sessionId) => {
      const session = sessions.get(sessionId);
      invariant(session !== undefined, `no checkout session ${sessionId}`);
      const id = `subscription-${nextNumber()}` as SubscriptionId;
      sessions.set(sessionId, { ...session, subscriptionId: id });
      subscriptions.set(id, begun(id, session.attempt, clock.now()));
      return announce({ kind: 'checkout', id: sessionId });
    },
    putCharge: (chargeId, invoiceId, suspect) => void charges.set(chargeId, { invoiceId, suspect }),
    lose: ({ eventId }) => {
      const event = known.get(eventId);
      invariant(event !== undefined, `no event ${eventId}`);
      lost.set(eventId, event);
    },
    event: announce,
  };
};

const begun = (id: SubscriptionId, { userId }: Checkout, now: Instant): SubscriptionSnapshot => ({
  id,
  userId,
  status: 'active',
  currentPeriodStart: now,
  currentPeriodEnd: after(now, PERIOD_MS),
  cancelAtPeriodEnd: false,
  pastDueSince: null,
  endedAt: null,
  payUrl: null,
});

const customerOf = (userId: UserId): CustomerId => `customer-${userId}` as CustomerId;

/** Takes what it signed itself, byte for byte, and nothing else. */
const memorySigning = () => {
  const signed = new Map<string, WebhookEvent & { readonly text: string }>();

  const sign = (event: WebhookEvent): SignedEvent => {
    const text = JSON.stringify(event);
    const signature = `memory-${event.id}`;
    signed.set(signature, { ...event, text });
    return { eventId: event.id, body: asciiBytes(text), signature };
  };

  const verifier: WebhookVerifier = {
    verify: (body, signature, now) => {
      if (signature === undefined) return err({ code: 'bad_signature', reason: 'missing' });
      const known = signed.get(signature);
      if (known === undefined || known.text !== asciiText(body))
        return err({ code: 'bad_signature', reason: 'forged' });
      const { text: _, ...event } = known;
      const current = event.createdAt >= before(now, MAX_EVENT_AGE_MS) && event.createdAt <= now;
      return current ? ok(event) : err({ code: 'bad_signature', reason: 'stale' });
    },
  };
  return { sign, verifier };
};
