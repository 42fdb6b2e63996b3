import type {
  CheckoutRepository,
  ReceiptRepository,
  Subscription,
  SubscriptionReader,
  SubscriptionRepository,
  SubscriptionSnapshot,
  WebhookInbox,
} from '@backline/core/subscriptions';
import type { Drafts, Readable } from './state.ts';

const byId = (a: Subscription, b: Subscription): number => (a.id < b.id ? -1 : 1);

export const subscriptionRepository = ({ subscriptions }: Drafts): SubscriptionRepository => ({
  lockUser: async () => {},
  find: async (id) => subscriptions.get(id) ?? null,
  allOf: async (userId) => subscriptions.where('user', userId).toSorted(byId),
  save: async (subscription) => subscriptions.put(subscription),
});

export const checkoutRepository = ({ checkouts }: Drafts): CheckoutRepository => ({
  latestOf: async (userId) =>
    checkouts.where('user', userId).toSorted((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? 1 : -1))[0] ?? null,
  findBySession: async (sessionId) => checkouts.where('session', sessionId)[0] ?? null,
  save: async (checkout) => checkouts.put(checkout),
});

export const receiptRepository = ({ receipts }: Drafts): ReceiptRepository => ({
  save: async (receipt) => receipts.put(receipt),
});

export const webhookInbox = ({ inbox }: Drafts): WebhookInbox => ({
  insert: async (event, receivedAt) => {
    if (inbox.get(event.id) !== undefined) return false;
    inbox.put({ ...event, receivedAt, doneAt: null });
    return true;
  },
  find: async (id) => inbox.get(id) ?? null,
  lockObject: async () => {},
  markDone: async (id, at) => {
    const entry = inbox.get(id);
    if (entry !== undefined) inbox.put({ ...entry, doneAt: at });
  },
});

export const subscriptionReader = ({ subscriptions }: Readable): SubscriptionReader => ({
  allOf: async (userId) => subscriptions.where('user', userId).toSorted(byId).map(snapshotOf),
});

const snapshotOf = (subscription: Subscription): SubscriptionSnapshot => {
  const { paid: _, ...snapshot } = subscription;
  return snapshot;
};
