import { type Instant, type Result, err, ok } from '../kernel/index.ts';
import type { EventNotFound, PaymentsAway } from './errors.ts';
import type { SubscriptionPorts, SubscriptionStores } from './ports.ts';
import { type SubscriptionId, type SubscriptionSnapshot, firstDifference, observe } from './subscription.ts';
import type { EventId, ObjectRef } from './webhook.ts';

/**
 * Brings our state up to what the provider says now about the event's object.
 *
 * The one place where the network is asked inside a transaction: whoever holds the object's lock must see the
 * newest answer, or a slower reader could write an older one over it. Events may come twice and in any order.
 */
export const applyWebhook =
  (ports: SubscriptionPorts) =>
  (id: EventId): Promise<Result<null, EventNotFound | PaymentsAway>> =>
    ports.uow.run(async (stores): Promise<Result<null, EventNotFound | PaymentsAway>> => {
      const event = await stores.inbox.find(id);
      if (event === null) return err({ code: 'event_not_found' });
      if (event.doneAt !== null) return ok(null);

      const applied = event.object === null ? ok(null) : await bringUpToDate(ports, stores, event.object);
      if (applied.ok) await stores.inbox.markDone(id, ports.clock.now());
      return applied;
    });

/** Locks, asks, applies; then the same for the subscription that the object belongs to. */
const bringUpToDate = async (
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
      if (object.receipt !== null) await stores.receipts.save(object.receipt);
      return followTo(ports, stores, object.subscriptionId);
    case 'checkout':
      if (object.closed) await closeCheckout(stores, object.sessionId, now);
      return followTo(ports, stores, object.subscriptionId);
  }
};

const followTo = (
  ports: SubscriptionPorts,
  stores: SubscriptionStores,
  id: SubscriptionId | null,
): Promise<Result<null, PaymentsAway>> =>
  id === null ? Promise.resolve(ok(null)) : bringUpToDate(ports, stores, { kind: 'subscription', id });

const applySnapshot = async (
  { subscriptions, outbox }: SubscriptionStores,
  snapshot: SubscriptionSnapshot,
  now: Instant,
): Promise<void> => {
  const known = await subscriptions.find(snapshot.id);
  const observed = observe(known, snapshot, now);
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
