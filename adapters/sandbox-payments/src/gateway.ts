import type { UserId } from '@backline/core/accounts';
import {
  type Clock,
  type Ids,
  type Instant,
  type Result,
  USD,
  invariant,
  micros,
  money,
  ok,
} from '@backline/core/kernel';
import {
  type CustomerId,
  type InvoiceId,
  type PaymentGateway,
  type ProviderObject,
  type Receipt,
  type SubscriptionId,
  type SubscriptionSnapshot,
  type WebhookEvent,
  usualFee,
} from '@backline/core/subscriptions';
import { type Account, type Invoice, type SandboxSubscription, emptyAccount, undelivered } from './account.ts';
import type { AccountStore } from './account-store.ts';
import type { EventDelivery } from './event-delivery.ts';
import { periodOf } from './period.ts';
import { openPortal } from './portals.ts';
import { type Prefix, customerId, ownerOf } from './sandbox-ids.ts';
import { openSession, sessionOf, sessionStatus } from './sessions.ts';
import { end, lives } from './subscribing.ts';
import { webhookEventOf } from './webhook-verifier.ts';

export const sandboxPaymentGateway = (options: {
  readonly store: AccountStore;
  readonly delivery: EventDelivery;
  readonly publicUrl: string;
  readonly clock: Clock;
  readonly ids: Ids;
}): PaymentGateway => {
  const { store, delivery, clock, ids } = options;
  const urlOf = (page: string, id: string): string => `${options.publicUrl.replace(/\/$/, '')}/sandbox/${page}/${id}`;

  const accountOf = async (prefix: Prefix, id: string): Promise<Account | null> => {
    const owner = ownerOf(prefix, id);
    return owner === null ? null : store.find(owner);
  };

  const accounts = async (): Promise<readonly Account[]> => {
    const all: Account[] = [];
    for (const userId of await store.userIds()) all.push((await store.find(userId)) ?? emptyAccount(userId));
    return all;
  };

  const endWhere = async (owner: UserId, chosen: (it: SandboxSubscription) => boolean): Promise<void> => {
    const now = clock.now();
    await store.update(owner, (account) =>
      ok(
        account.subscriptions
          .filter((it) => lives(it) && chosen(it))
          .reduce((so, it) => end(so, it, now, { now, ids }), account),
      ),
    );
    await delivery.toApp(owner);
  };

  return {
    openCheckout: async (attempt) => {
      const opened: Result<Account, never> = await store.update(attempt.userId, (account) =>
        ok(openSession(account, attempt.id, { now: clock.now(), ids })),
      );
      if (!opened.ok) return opened;
      const session = opened.value.sessions.find((each) => each.attemptId === attempt.id);
      invariant(session !== undefined, 'an opened session is in its account');
      return ok({ sessionId: session.id, url: urlOf('checkout', session.id), expiresAt: session.expiresAt });
    },
    customerFor: async ({ userId }) => ok(customerId(userId) as CustomerId),
    openPortal: async (customer) => {
      const owner = ownerOf('cus', customer);
      invariant(owner !== null, 'a sandbox customer was made here');
      const opened: Result<Account, never> = await store.update(owner, (account) =>
        ok(openPortal(account, { now: clock.now(), ids })),
      );
      const portal = opened.ok ? opened.value.portals.at(-1) : undefined;
      invariant(portal !== undefined, 'an opened portal is in its account');
      return ok({ url: urlOf('portal', portal.id) });
    },
    fetch: async (ref) => {
      switch (ref.kind) {
        case 'subscription':
          return ok(describeSubscription(await accountOf('sub', ref.id), ref.id));
        case 'invoice':
          return ok(describeInvoice(await accountOf('in', ref.id), ref.id));
        case 'checkout':
          return ok(describeCheckout(await accountOf('cs', ref.id), ref.id, clock.now()));
        case 'charge':
          return ok({ kind: 'charge', chargeId: ref.id, invoiceId: null, suspect: false });
      }
    },
    cancel: async (id) => {
      const owner = ownerOf('sub', id);
      if (owner !== null) await endWhere(owner, (it) => it.id === id);
      return ok(null);
    },
    forgetCustomer: async (customer) => {
      const owner = ownerOf('cus', customer);
      if (owner !== null) await endWhere(owner, () => true);
      return ok(null);
    },
    undelivered: async (since) => {
      const items: WebhookEvent[] = [];
      for (const userId of await store.withUndelivered())
        for (const event of undelivered((await store.find(userId)) ?? emptyAccount(userId)))
          if (event.createdAt >= since) items.push(webhookEventOf(event));
      return ok({ items, next: null });
    },
    allSubscriptions: async () =>
      ok({
        items: (await accounts()).flatMap(({ userId, subscriptions }) =>
          subscriptions.map((it) => snapshotOf(userId, it)),
        ),
        next: null,
      }),
    invoicesPaidSince: async (since) =>
      ok({
        items: (await accounts()).flatMap(({ invoices }) =>
          invoices.filter(({ paidAt }) => paidAt !== null && paidAt >= since).map(({ id }) => id as InvoiceId),
        ),
        next: null,
      }),
  };
};

const describeSubscription = (account: Account | null, id: string): ProviderObject => {
  const it = account?.subscriptions.find((each) => each.id === id);
  return { kind: 'subscription', snapshot: account && it ? snapshotOf(account.userId, it) : null };
};

const describeInvoice = (account: Account | null, id: string): ProviderObject => {
  const invoice = account?.invoices.find((each) => each.id === id);
  return {
    kind: 'invoice',
    receipt: account && invoice ? receiptOf(account.userId, invoice) : null,
    subscriptionId: (invoice?.subscriptionId ?? null) as SubscriptionId | null,
  };
};

const describeCheckout = (account: Account | null, id: string, now: Instant): ProviderObject => {
  const session = sessionOf(account, id);
  return {
    kind: 'checkout',
    sessionId: id,
    closed: session !== null && sessionStatus(session, now) !== 'open',
    subscriptionId: (session?.subscriptionId ?? null) as SubscriptionId | null,
  };
};

const snapshotOf = (userId: UserId, it: SandboxSubscription): SubscriptionSnapshot => {
  const { from, until } = periodOf(it);
  return {
    id: it.id as SubscriptionId,
    userId,
    status: it.status,
    currentPeriodStart: from,
    currentPeriodEnd: until,
    cancelAtPeriodEnd: it.cancelAtPeriodEnd,
    pastDueSince: it.pastDueSince,
    endedAt: it.endedAt,
    payUrl: null,
  };
};

const receiptOf = (userId: UserId, invoice: Invoice): Receipt | null => {
  if (invoice.paidAt === null) return null;
  const paid = money(BigInt(invoice.amountMicros), USD);
  return {
    invoiceId: invoice.id as InvoiceId,
    userId,
    subscriptionId: invoice.subscriptionId as SubscriptionId,
    paid,
    tax: micros(0n),
    fee: usualFee(paid),
    refunded: invoice.refunded ? paid.micros : micros(0n),
    disputed: micros(0n),
    lines: [{ amount: paid.micros, serviceFrom: invoice.serviceFrom, serviceUntil: invoice.serviceUntil }],
    paidAt: invoice.paidAt,
  };
};
