import type { UserId } from '../accounts/index.ts';
import { type Result, ok } from '../kernel/index.ts';
import type { PaymentsAway } from './errors.ts';
import type { SubscriptionPorts } from './ports.ts';

/** Ends all that a user pays for and erases them at the provider; our state follows by its events. Again is harmless. */
export const endSubscriptions =
  ({ uow, subscriptions, paymentGateway }: SubscriptionPorts) =>
  async (userId: UserId): Promise<Result<null, PaymentsAway>> => {
    for (const { id, status } of await subscriptions.allOf(userId)) {
      if (status === 'canceled' || status === 'incomplete_expired') continue;
      const cancelled = await paymentGateway.cancel(id);
      if (!cancelled.ok) return cancelled;
    }
    const { value: customer } = await uow.run(async ({ customers }) => ok(await customers.find(userId)));
    if (customer === null) return ok(null);
    const forgotten = await paymentGateway.forgetCustomer(customer);
    if (!forgotten.ok) return forgotten;
    return uow.run(async ({ customers }) => {
      await customers.remove(userId);
      return ok(null);
    });
  };
