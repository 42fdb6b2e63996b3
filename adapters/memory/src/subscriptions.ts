import type {
  CheckoutRepository,
  CustomerRepository,
  InboxEntry,
  ReceiptRepository,
  Subscription,
  SubscriptionReader,
  SubscriptionRepository,
  SubscriptionSnapshot,
  WebhookInbox,
  WebhookReader,
} from '@backline/core/subscriptions';
import type { Drafts, Readable } from './state.ts';

const byId = (a: Subscription, b: Subscription): number => (a.id < b.id ? -1 : 1);

export const subscriptionRepository = ({ subscriptions }: Drafts): SubscriptionRepository => ({
  lockUser: async () => {},
  find: async (id) => subscriptions.get(id) ?? null,
  allOf: async (userId) => subscriptions.where('user', userId).toSorted(byId),
  save: async (subscription) => subscriptions.put(subscription),
});

export const customerRepository = ({ customers }: Drafts): CustomerRepository => ({
  find: async (userId) => customers.get(userId)?.id ?? null,
  keep: async (userId, id) => {
    if (customers.get(userId) === undefined) customers.put({ userId, id });
  },
  remove: async (userId) => customers.remove(userId),
});

export const checkoutRepository = ({ checkouts }: Drafts): CheckoutRepository => ({
  latestOf: async (userId) =>
    checkouts.where('user', userId).toSorted((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? 1 : -1))[0] ?? null,
  findBySession: async (sessionId) => checkouts.where('session', sessionId)[0] ?? null,
  save: async (checkout) => checkouts.put(checkout),
});

export const receiptRepository = ({ receipts }: Drafts): ReceiptRepository => ({
  find: async (id) => receipts.get(id) ?? null,
  allOf: async (userId) => receipts.where('user', userId).toSorted((a, b) => (a.invoiceId < b.invoiceId ? -1 : 1)),
  linesOf: async (id) => receipts.where('subscription', id).flatMap(({ lines }) => lines),
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
  reopen: async (id) => {
    const entry = inbox.get(id);
    if (entry !== undefined) inbox.put({ ...entry, doneAt: null });
  },
  undoneBefore: async (at, limit) =>
    inbox
      .all()
      .filter(({ doneAt, receivedAt }) => doneAt === null && receivedAt < at)
      .toSorted(byReceipt)
      .slice(0, limit)
      .map(({ id }) => id),
});

const byReceipt = (a: InboxEntry, b: InboxEntry): number => a.receivedAt - b.receivedAt || (a.id < b.id ? -1 : 1);

export const webhookReader = ({ inbox }: Readable): WebhookReader => ({
  events: async ({ undone }, limit) =>
    inbox
      .all()
      .filter(({ doneAt }) => !undone || doneAt === null)
      .toSorted((a, b) => byReceipt(b, a))
      .slice(0, limit),
});

export const subscriptionReader = ({ subscriptions }: Readable): SubscriptionReader => ({
  allOf: async (userId) => subscriptions.where('user', userId).toSorted(byId).map(snapshotOf),
});

const snapshotOf = (subscription: Subscription): SubscriptionSnapshot => {
  const { paid: _, ...snapshot } = subscription;
  return snapshot;
};
