import { HOUR_MS, type Result, before, err, ok } from '../kernel/index.ts';
import type { EventNotFound } from './errors.ts';
import type { SubscriptionPorts } from './ports.ts';
import type { EventId } from './webhook.ts';

/** Applies an event once more, done or not: it brings in the provider's state of now. */
export const replayWebhook =
  ({ uow, clock }: SubscriptionPorts) =>
  (eventId: EventId): Promise<Result<null, EventNotFound>> =>
    uow.run(async ({ inbox, outbox }) => {
      if ((await inbox.find(eventId)) === null) return err({ code: 'event_not_found' as const });
      await inbox.reopen(eventId);
      await outbox.append({ type: 'subscriptions.webhook_received', eventId, occurredAt: clock.now() });
      return ok(null);
    });

/** By then its job has been tried several times. */
const OVERDUE_MS = HOUR_MS;
const AT_ONCE = 1_000;

/** Gives events that are not done, though received long ago, a job again; how many. */
export const retryOverdueWebhooks =
  ({ uow, clock }: SubscriptionPorts) =>
  async (): Promise<number> => {
    const retried = await uow.run(async ({ inbox, outbox }) => {
      const now = clock.now();
      const overdue = await inbox.undoneBefore(before(now, OVERDUE_MS), AT_ONCE);
      for (const eventId of overdue)
        await outbox.append({ type: 'subscriptions.webhook_received', eventId, occurredAt: now });
      return ok(overdue.length);
    });
    return retried.value;
  };
