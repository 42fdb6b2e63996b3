import { type Result, err, ok } from '../kernel/index.ts';
import { bringUpToDate } from './bring-up-to-date.ts';
import type { EventNotFound, PaymentsAway } from './errors.ts';
import type { SubscriptionPorts, SubscriptionStores } from './ports.ts';
import type { EventId, ObjectRef, PayeeRef } from './webhook.ts';

/** Brings our state up to what the provider says now about the event's object. Events may come twice, in any order. */
export const applyWebhook =
  (ports: SubscriptionPorts) =>
  (id: EventId): Promise<Result<null, EventNotFound | PaymentsAway>> =>
    ports.uow.run(async (stores): Promise<Result<null, EventNotFound | PaymentsAway>> => {
      const event = await stores.inbox.find(id);
      if (event === null) return err({ code: 'event_not_found' });
      if (event.doneAt !== null) return ok(null);

      const applied = event.object === null ? ok(null) : await apply(ports, stores, event.object);
      if (applied.ok) await stores.inbox.markDone(id, ports.clock.now());
      return applied;
    });

const apply = async (
  ports: SubscriptionPorts,
  stores: SubscriptionStores,
  { kind, id }: ObjectRef | PayeeRef,
): Promise<Result<null, PaymentsAway>> => {
  if (kind !== 'payout-account' && kind !== 'transfer') return bringUpToDate(ports, stores, { kind, id });
  await stores.outbox.append({
    type: 'subscriptions.payee_changed',
    payee: { kind, id },
    occurredAt: ports.clock.now(),
  });
  return ok(null);
};
