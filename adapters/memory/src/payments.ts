import { type Clock, type Instant, SECOND_MS, after, before, err, invariant, ok } from '@backline/core/kernel';
import type {
  Checkout,
  CheckoutId,
  EventId,
  HostedCheckout,
  ObjectRef,
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
  /** A webhook event about the object, signed now. */
  readonly event: (object: ObjectRef | null) => SignedEvent;
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
    }
  };

  const announce = (object: ObjectRef | null): SignedEvent =>
    signing.sign({
      id: `event-${nextNumber()}` as EventId,
      type: `${object?.kind ?? 'other'}.changed`,
      object,
      createdAt: clock.now(),
    });

  return {
    paymentGateway: {
      openCheckout: async (attempt) => {
        const known = sessions.get(sessionOfAttempt.get(attempt.id) ?? '');
        return ok(known?.hosted ?? openSession(attempt));
      },
      fetch: async (ref) => ok(objectOf(ref)),
      cancel: async (id) => {
        const snapshot = subscriptions.get(id);
        if (snapshot !== undefined && snapshot.endedAt === null)
          subscriptions.set(id, { ...snapshot, status: 'canceled', pastDueSince: null, endedAt: clock.now() });
        return ok(null);
      },
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
});

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
