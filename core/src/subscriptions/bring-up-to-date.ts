import { type Instant, type Result, ok } from '../kernel/index.ts';
import type { PaymentsAway } from './errors.ts';
import type { SubscriptionPorts, SubscriptionStores } from './ports.ts';
import type { Receipt } from './receipt.ts';
import { type SubscriptionId, type SubscriptionSnapshot, firstDifference, observe } from './subscription.ts';
import type { ObjectRef } from './webhook.ts';

/**
 * Locks the object, asks the provider for it, applies the answer; then the same for what it belongs to: a charge leads
 * to its invoice, an invoice or a checkout to its subscription. Locks are taken in that order only.
 *
 * The one place where the network is asked inside a transaction: whoever holds the object's lock must see the
 * newest answer, or a slower reader could write an older one over it.
 */
export const bringUpToDate = async (
  ports: SubscriptionPorts,
  stores: SubscriptionStores,
  ref: ObjectRef,
): Promise<Result<null, PaymentsAway>> => {
  await stores.inbox.lockObject(ref);
  const fetched = await ports.paymentGateway.fetch(ref);
  if (!fetched.ok) return fetched;
  const object = fetched.value;
  const now = ports.clock.now();

  switch (object.kind) {
    case 'subscription':
      if (object.snapshot !== null) await applySnapshot(stores, object.snapshot, now);
      return ok(null);
    case 'invoice':
      if (object.receipt !== null) await keepReceipt(stores, object.receipt, now);
      return followTo(ports, stores, object.subscriptionId);
    case 'checkout':
      if (object.closed) await closeCheckout(stores, object.sessionId, now);
      return followTo(ports, stores, object.subscriptionId);
    case 'charge': {
      const { chargeId, invoiceId } = object;
      if (object.suspect)
        await stores.outbox.append({ type: 'subscriptions.fraud_warned', chargeId, invoiceId, occurredAt: now });
      return invoiceId === null ? ok(null) : bringUpToDate(ports, stores, { kind: 'invoice', id: invoiceId });
    }
  }
};

const keepReceipt = async (
  { receipts, outbox }: SubscriptionStores,
  receipt: Receipt,
  occurredAt: Instant,
): Promise<void> => {
  await receipts.save(receipt);
  await outbox.append({ type: 'subscriptions.receipt_changed', userId: receipt.userId, occurredAt });
};

const followTo = (
  ports: SubscriptionPorts,
  stores: SubscriptionStores,
  id: SubscriptionId | null,
): Promise<Result<null, PaymentsAway>> =>
  id === null ? Promise.resolve(ok(null)) : bringUpToDate(ports, stores, { kind: 'subscription', id });

const applySnapshot = async (
  { subscriptions, receipts, outbox }: SubscriptionStores,
  snapshot: SubscriptionSnapshot,
  now: Instant,
): Promise<void> => {
  const known = await subscriptions.find(snapshot.id);
  const observed = observe(known, snapshot, await receipts.linesOf(snapshot.id), now);
  await subscriptions.save(observed);

  const since = firstDifference(known?.paid ?? [], observed.paid);
  if (since !== null)
    await outbox.append({
      type: 'subscriptions.funding_changed',
      userId: snapshot.userId,
      since,
      occurredAt: now,
    });
};

const closeCheckout = async ({ checkouts }: SubscriptionStores, sessionId: string, now: Instant): Promise<void> => {
  const checkout = await checkouts.findBySession(sessionId);
  if (checkout !== null && checkout.closedAt === null) await checkouts.save({ ...checkout, closedAt: now });
};
