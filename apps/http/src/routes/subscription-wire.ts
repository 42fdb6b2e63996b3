import type { Subscription } from '@backline/contracts/http';
import { after, isoText } from '@backline/core/kernel';
import { PAST_DUE_GRACE_MS, type SubscriptionSnapshot } from '@backline/core/subscriptions';
import type { Static } from 'typebox';

/** Null is of who never had one. */
export const subscriptionWire = (
  current: (SubscriptionSnapshot & { readonly entitling: boolean }) | null,
): Static<typeof Subscription> =>
  current === null
    ? { status: 'none', active: false, currentPeriodEnd: null, cancelAtPeriodEnd: false, dunning: null }
    : {
        status: current.status,
        active: current.entitling,
        currentPeriodEnd: isoText(current.currentPeriodEnd),
        cancelAtPeriodEnd: current.cancelAtPeriodEnd,
        dunning: dunningOf(current),
      };

/** Null while nothing is owed. */
const dunningOf = ({ pastDueSince, payUrl }: SubscriptionSnapshot): Static<typeof Subscription>['dunning'] =>
  pastDueSince === null
    ? null
    : {
        since: isoText(pastDueSince),
        accessUntil: isoText(after(pastDueSince, PAST_DUE_GRACE_MS)),
        payUrl,
      };
