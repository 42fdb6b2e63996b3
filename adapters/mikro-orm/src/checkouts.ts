import { type InferEntity, defineEntity, p } from '@mikro-orm/core';
import type { SqlEntityManager } from '@mikro-orm/sql';
import type { UserId } from '@backline/core/accounts';
import type { Checkout, CheckoutId, CheckoutRepository } from '@backline/core/subscriptions';
import { instantOf, nullableDate, nullableInstant } from './columns.ts';
import { UserRow } from './users.ts';

export const CheckoutRow = defineEntity({
  name: 'CheckoutRow',
  tableName: 'checkout',
  properties: {
    id: p.uuid().primary(),
    user: () => p.manyToOne(UserRow).mapToPk().deleteRule('no action').updateRule('no action'),
    createdAt: p.datetime().columnType('timestamptz'),
    sessionId: p.text().nullable().unique(),
    url: p.text().nullable(),
    expiresAt: p.datetime().columnType('timestamptz').nullable(),
    closedAt: p.datetime().columnType('timestamptz').nullable(),
  },
});

const toRow = ({ hosted, ...checkout }: Checkout) => ({
  id: checkout.id as string,
  user: checkout.userId as number,
  createdAt: new Date(checkout.createdAt),
  sessionId: hosted?.sessionId ?? null,
  url: hosted?.url ?? null,
  expiresAt: nullableDate(hosted?.expiresAt ?? null),
  closedAt: nullableDate(checkout.closedAt),
});

const fromRow = (row: InferEntity<typeof CheckoutRow>): Checkout => {
  const expiresAt = nullableInstant(row.expiresAt);
  return {
    id: row.id as CheckoutId,
    userId: row.user as UserId,
    createdAt: instantOf(row.createdAt),
    hosted: row.sessionId && row.url && expiresAt ? { sessionId: row.sessionId, url: row.url, expiresAt } : null,
    closedAt: nullableInstant(row.closedAt),
  };
};

export const checkoutRepository = (em: SqlEntityManager): CheckoutRepository => ({
  latestOf: async (userId) => {
    const [row] = await em.find(
      CheckoutRow,
      { user: userId as number },
      { orderBy: { createdAt: 'desc', id: 'desc' }, limit: 1, disableIdentityMap: true },
    );
    return row === undefined ? null : fromRow(row);
  },
  findBySession: async (sessionId) => {
    const row = await em.findOne(CheckoutRow, { sessionId }, { disableIdentityMap: true });
    return row === null ? null : fromRow(row);
  },
  save: async (checkout) => {
    await em.upsert(CheckoutRow, toRow(checkout));
  },
});
