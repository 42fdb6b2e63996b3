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
  type InvoiceId,
  type PaymentGateway,
  type ProviderObject,
  type Receipt,
  type SubscriptionId,
  type SubscriptionSnapshot,
  usualFee,
} from '@backline/core/subscriptions';
import type { Account, Invoice, SandboxSubscription } from './account.ts';
import type { AccountStore } from './account-store.ts';
import type { EventDelivery } from './event-delivery.ts';
import { periodOf } from './period.ts';
import { type Prefix, ownerOf } from './sandbox-ids.ts';
import { openSession, sessionOf, sessionStatus } from './sessions.ts';
import { end, lives } from './subscribing.ts';

export const sandboxPaymentGateway = (options: {
  readonly store: AccountStore;
  readonly delivery: EventDelivery;
  readonly publicUrl: string;
  readonly clock: Clock;
  readonly ids: Ids;
}): PaymentGateway => {
  const { store, delivery, clock, ids } = options;
  const urlOf = (sessionId: string): string => `${options.publicUrl.replace(/\/$/, '')}/sandbox/checkout/${sessionId}`;

  const accountOf = async (prefix: Prefix, id: string): Promise<Account | null> => {
    const owner = ownerOf(prefix, id);
    return owner === null ? null : store.find(owner);
  };

  return {
    openCheckout: async (attempt) => {
      const opened: Result<Account, never> = await store.update(attempt.userId, (account) =>
        ok(openSession(account, attempt.id, { now: clock.now(), ids })),
      );
      if (!opened.ok) return opened;
      const session = opened.value.sessions.find((each) => each.attemptId === attempt.id);
      invariant(session !== undefined, 'an opened session is in its account');
      return ok({ sessionId: session.id, url: urlOf(session.id), expiresAt: session.expiresAt });
    },
    fetch: async (ref) => {
      switch (ref.kind) {
        case 'subscription':
          return ok(describeSubscription(await accountOf('sub', ref.id), ref.id));
        case 'invoice':
          return ok(describeInvoice(await accountOf('in', ref.id), ref.id));
        case 'checkout':
          return ok(describeCheckout(await accountOf('cs', ref.id), ref.id, clock.now()));
      }
    },
    cancel: async (id) => {
      const owner = ownerOf('sub', id);
      if (owner === null) return ok(null);
      const now = clock.now();
      await store.update(owner, (account) => {
        const it = account.subscriptions.find((each) => each.id === id);
        return ok(it === undefined || !lives(it) ? account : end(account, it, now, { now, ids }));
      });
      await delivery.toApp(owner);
      return ok(null);
    },
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
  };
};

const receiptOf = (userId: UserId, invoice: Invoice): Receipt | null => {
  if (invoice.paidAt === null) return null;
  const paid = money(BigInt(invoice.amountMicros), USD);
  return {
    invoiceId: invoice.id as InvoiceId,
    userId,
    paid,
    tax: micros(0n),
    fee: usualFee(paid),
    refunded: invoice.refunded ? paid.micros : micros(0n),
    serviceFrom: invoice.serviceFrom,
    serviceUntil: invoice.serviceUntil,
    paidAt: invoice.paidAt,
  };
};
