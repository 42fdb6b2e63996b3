import { describe, expect, test } from '@jest/globals';
import { after } from '@backline/core/kernel';
import type { UserId } from '@backline/core/accounts';
import type { Subscription, SubscriptionSnapshot } from '@backline/core/subscriptions';
import { type OpenHarness, commit, eachTest } from './harness.ts';
import { NOW, addUser, subscriptionOf } from './samples.ts';

const snapshotOf = (subscription: Subscription): SubscriptionSnapshot => {
  const { paid: _, ...snapshot } = subscription;
  return snapshot;
};

/** What every SubscriptionReader promises, whatever it reads from. */
export const subscriptionReaderSuite = (adapter: string, open: OpenHarness): void => {
  describe(`SubscriptionReader on ${adapter}`, () => {
    const harness = eachTest(open);

    test("shows all that a user ever subscribed to, and nobody else's", async () => {
      const [fan, other] = [await addUser(harness()), await addUser(harness())];
      const subscriptions = [
        subscriptionOf('a', fan.id, { status: 'canceled', cancelAtPeriodEnd: true, endedAt: after(NOW, 1), paid: [] }),
        subscriptionOf('b', fan.id, { status: 'past_due', pastDueSince: after(NOW, 2) }),
      ];
      await commit(harness().ports.uow, async (stores) => {
        for (const each of [...subscriptions, subscriptionOf('c', other.id)]) await stores.subscriptions.save(each);
      });
      const shown = await harness().ports.subscriptions.allOf(fan.id);
      expect(shown.toSorted((a, b) => (a.id < b.id ? -1 : 1))).toEqual(subscriptions.map(snapshotOf));
    });

    test('shows the newest state', async () => {
      const { id } = await addUser(harness());
      const save = (subscription: Subscription) =>
        commit(harness().ports.uow, (stores) => stores.subscriptions.save(subscription));
      await save(subscriptionOf('a', id));
      const paused = subscriptionOf('a', id, { status: 'paused' });
      await save(paused);
      expect(await harness().ports.subscriptions.allOf(id)).toEqual([snapshotOf(paused)]);
    });

    test('shows nothing to who never had one', async () => {
      expect(await harness().ports.subscriptions.allOf(12_345 as UserId)).toEqual([]);
    });
  });
};
