import { type InferEntity, defineEntity, p } from '@mikro-orm/core';
import type { SqlEntityManager } from '@mikro-orm/sql';
import type { UserId } from '@backline/core/accounts';
import type {
  PaidSpan,
  Subscription,
  SubscriptionId,
  SubscriptionRepository,
  SubscriptionStatus,
} from '@backline/core/subscriptions';
import { instantOf, nullableDate, nullableInstant } from './columns.ts';
import { lockInTransaction } from './locks.ts';
import { UserRow } from './users.ts';

export const SubscriptionRow = defineEntity({
  name: 'SubscriptionRow',
  tableName: 'subscription',
  properties: {
    id: p.text().primary(),
    user: () => p.manyToOne(UserRow).mapToPk().deleteRule('no action').updateRule('no action'),
    status: p.text().$type<SubscriptionStatus>(),
    currentPeriodStart: p.datetime().columnType('timestamptz'),
    currentPeriodEnd: p.datetime().columnType('timestamptz'),
    cancelAtPeriodEnd: p.boolean(),
    pastDueSince: p.datetime().columnType('timestamptz').nullable(),
    endedAt: p.datetime().columnType('timestamptz').nullable(),
    payUrl: p.text().nullable(),
  },
});

export const PaidSpanRow = defineEntity({
  name: 'PaidSpanRow',
  tableName: 'paid_span',
  properties: {
    subscription: () => p.manyToOne(SubscriptionRow).mapToPk().primary().deleteRule('cascade').updateRule('no action'),
    userId: p.bigint('number').index('paid_span_user_id_index'),
    paidFrom: p.datetime().columnType('timestamptz').primary(),
    paidUntil: p.datetime().columnType('timestamptz').nullable(),
  },
});

const toRow = (it: Subscription) => ({
  id: it.id as string,
  user: it.userId as number,
  status: it.status,
  currentPeriodStart: new Date(it.currentPeriodStart),
  currentPeriodEnd: new Date(it.currentPeriodEnd),
  cancelAtPeriodEnd: it.cancelAtPeriodEnd,
  pastDueSince: nullableDate(it.pastDueSince),
  endedAt: nullableDate(it.endedAt),
  payUrl: it.payUrl,
});

const fromRow = (row: InferEntity<typeof SubscriptionRow>, paid: readonly PaidSpan[]): Subscription => ({
  id: row.id as SubscriptionId,
  userId: row.user as UserId,
  status: row.status,
  currentPeriodStart: instantOf(row.currentPeriodStart),
  currentPeriodEnd: instantOf(row.currentPeriodEnd),
  cancelAtPeriodEnd: row.cancelAtPeriodEnd,
  pastDueSince: nullableInstant(row.pastDueSince),
  endedAt: nullableInstant(row.endedAt),
  payUrl: row.payUrl ?? null,
  paid,
});

const paidSpansOf = async (em: SqlEntityManager, id: string): Promise<readonly PaidSpan[]> =>
  (await em.find(PaidSpanRow, { subscription: id }, { orderBy: { paidFrom: 'asc' }, disableIdentityMap: true })).map(
    (row) => ({ from: instantOf(row.paidFrom), until: nullableInstant(row.paidUntil) }),
  );

export const subscriptionRepository = (em: SqlEntityManager): SubscriptionRepository => ({
  lockUser: (userId) => lockInTransaction(em, 'payments', String(userId)),
  find: async (id) => {
    const row = await em.findOne(SubscriptionRow, { id: id as string }, { disableIdentityMap: true });
    return row === null ? null : fromRow(row, await paidSpansOf(em, row.id));
  },
  allOf: async (userId) => {
    const rows = await em.find(
      SubscriptionRow,
      { user: userId as number },
      { orderBy: { id: 'asc' }, disableIdentityMap: true },
    );
    const found: Subscription[] = [];
    for (const row of rows) found.push(fromRow(row, await paidSpansOf(em, row.id)));
    return found;
  },
  save: async (it) => {
    await em.upsert(SubscriptionRow, toRow(it));
    await em.nativeDelete(PaidSpanRow, { subscription: it.id as string });
    if (it.paid.length > 0)
      await em.insertMany(
        PaidSpanRow,
        it.paid.map(({ from, until }) => ({
          subscription: it.id as string,
          userId: it.userId as number,
          paidFrom: new Date(from),
          paidUntil: nullableDate(until),
        })),
      );
  },
});
