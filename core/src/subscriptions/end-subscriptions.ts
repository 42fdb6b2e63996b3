import type { UserId } from '../accounts/index.ts';
import { type Result, ok } from '../kernel/index.ts';
import type { PaymentsAway } from './errors.ts';
import type { SubscriptionPorts } from './ports.ts';

/** Ends all that a user pays for, at the provider; our state follows by its events. Again is harmless. */
export const endSubscriptions =
  ({ subscriptions, paymentGateway }: SubscriptionPorts) =>
  async (userId: UserId): Promise<Result<null, PaymentsAway>> => {
    for (const { id, status } of await subscriptions.allOf(userId)) {
      if (status === 'canceled' || status === 'incomplete_expired') continue;
      const cancelled = await paymentGateway.cancel(id);
      if (!cancelled.ok) return cancelled;
    }
    return ok(null);
  };
