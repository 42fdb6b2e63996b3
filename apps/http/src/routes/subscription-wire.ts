import type { Subscription } from '@backline/contracts/http';
import { isoText } from '@backline/core/kernel';
import type { SubscriptionSnapshot } from '@backline/core/subscriptions';
import type { Static } from 'typebox';

/** Null is of who never had one. */
export const subscriptionWire = (
  current: (SubscriptionSnapshot & { readonly entitling: boolean }) | null,
): Static<typeof Subscription> =>
  current === null
    ? { status: 'none', active: false, currentPeriodEnd: null, cancelAtPeriodEnd: false }
    : {
        status: current.status,
        active: current.entitling,
        currentPeriodEnd: isoText(current.currentPeriodEnd),
        cancelAtPeriodEnd: current.cancelAtPeriodEnd,
      };
