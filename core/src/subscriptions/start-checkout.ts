import type { UserId } from '../accounts/index.ts';
import { type Result, err, ok } from '../kernel/index.ts';
import { type Checkout, type CheckoutId, type HostedCheckout, isOpen } from './checkout.ts';
import type { AlreadySubscribed, PaymentsAway } from './errors.ts';
import type { SubscriptionPorts } from './ports.ts';
import { entitles } from './subscription.ts';

/** However often a user asks: one open checkout, and none for a subscriber. */
export const startCheckout =
  (ports: SubscriptionPorts) =>
  async (userId: UserId): Promise<Result<HostedCheckout, AlreadySubscribed | PaymentsAway>> => {
    const attempt = await beginAttempt(ports, userId);
    if (!attempt.ok) return attempt;
    if (attempt.value.hosted !== null) return ok(attempt.value.hosted);

    const hosted = await ports.paymentGateway.openCheckout(attempt.value);
    if (!hosted.ok) return hosted;
    await ports.uow.run(async ({ subscriptions, checkouts }) => {
      await subscriptions.lockUser(userId);
      const latest = await checkouts.latestOf(userId);
      if (latest?.id === attempt.value.id && latest.hosted === null)
        await checkouts.save({ ...latest, hosted: hosted.value });
      return ok(null);
    });
    return hosted;
  };

/** Stores the attempt, and with it the idempotency key, before the provider hears of it. */
const beginAttempt = (
  { uow, clock, ids }: SubscriptionPorts,
  userId: UserId,
): Promise<Result<Checkout, AlreadySubscribed>> =>
  uow.run(async ({ subscriptions, checkouts }) => {
    await subscriptions.lockUser(userId);
    const now = clock.now();
    if ((await subscriptions.allOf(userId)).some((each) => entitles(each, now)))
      return err({ code: 'already_subscribed' as const });
    const latest = await checkouts.latestOf(userId);
    if (latest !== null && isOpen(latest, now)) return ok(latest);

    const attempt: Checkout = { id: ids.uuid() as CheckoutId, userId, createdAt: now, hosted: null, closedAt: null };
    await checkouts.save(attempt);
    return ok(attempt);
  });
