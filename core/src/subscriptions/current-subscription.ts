import type { UserId } from '../accounts/index.ts';
import type { Instant } from '../kernel/index.ts';
import type { SubscriptionPorts } from './ports.ts';
import { type SubscriptionSnapshot, entitles } from './subscription.ts';

/** The one that entitles, else the one whose period ends last; null for who never had one. */
export const currentSubscription =
  ({ subscriptions, clock }: SubscriptionPorts) =>
  async (userId: UserId): Promise<(SubscriptionSnapshot & { readonly entitling: boolean }) | null> => {
    const now = clock.now();
    const all = (await subscriptions.allOf(userId)).map((each) => ({ ...each, entitling: entitles(each, now) }));
    return (
      all.toSorted((a, b) => Number(b.entitling) - Number(a.entitling) || b.currentPeriodEnd - a.currentPeriodEnd)[0] ??
      null
    );
  };

export const isSubscribed =
  ({ subscriptions }: Pick<SubscriptionPorts, 'subscriptions'>) =>
  async (userId: UserId, now: Instant): Promise<boolean> =>
    (await subscriptions.allOf(userId)).some((each) => entitles(each, now));
