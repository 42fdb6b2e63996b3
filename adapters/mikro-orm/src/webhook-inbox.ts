import { type InferEntity, LockMode, defineEntity, p } from '@mikro-orm/core';
import type { SqlEntityManager } from '@mikro-orm/sql';
import type { EventId, InboxEntry, ObjectRef, PayeeRef, WebhookInbox } from '@backline/core/subscriptions';
import { instantOf, nullableInstant } from './columns.ts';
import { lockInTransaction } from './locks.ts';

export const WebhookEventRow = defineEntity({
  name: 'WebhookEventRow',
  tableName: 'webhook_event',
  properties: {
    id: p.text().primary(),
    type: p.text(),
    objectKind: p.text().$type<(ObjectRef | PayeeRef)['kind']>().nullable(),
    objectId: p.text().nullable(),
    createdAt: p.datetime().columnType('timestamptz'),
    receivedAt: p.datetime().columnType('timestamptz'),
    doneAt: p.datetime().columnType('timestamptz').nullable(),
  },
});

const fromRow = (row: InferEntity<typeof WebhookEventRow>): InboxEntry => ({
  id: row.id as EventId,
  type: row.type,
  object: row.objectKind && row.objectId ? { kind: row.objectKind, id: row.objectId } : null,
  createdAt: instantOf(row.createdAt),
  receivedAt: instantOf(row.receivedAt),
  doneAt: nullableInstant(row.doneAt),
});

export const webhookInbox = (em: SqlEntityManager): WebhookInbox => ({
  insert: async (event, receivedAt) => {
    const inserted = await em
      .createQueryBuilder(WebhookEventRow)
      .insert({
        id: event.id as string,
        type: event.type,
        objectKind: event.object?.kind ?? null,
        objectId: event.object?.id ?? null,
        createdAt: new Date(event.createdAt),
        receivedAt: new Date(receivedAt),
        doneAt: null,
      })
      .onConflict('id')
      .ignore()
      .execute('run');
    return inserted.affectedRows === 1;
  },
  find: async (id) => {
    const row = await em.findOne(
      WebhookEventRow,
      { id: id as string },
      { lockMode: LockMode.PESSIMISTIC_WRITE, disableIdentityMap: true },
    );
    return row === null ? null : fromRow(row);
  },
  lockObject: (ref) => lockInTransaction(em, `webhook:${ref.kind}`, ref.id),
  markDone: async (id, at) => {
    await em.nativeUpdate(WebhookEventRow, { id: id as string }, { doneAt: new Date(at) });
  },
  reopen: async (id) => {
    await em.nativeUpdate(WebhookEventRow, { id: id as string }, { doneAt: null });
  },
  undoneBefore: async (at, limit) => {
    const rows = await em.find(
      WebhookEventRow,
      { doneAt: null, receivedAt: { $lt: new Date(at) } },
      { orderBy: { receivedAt: 'asc', id: 'asc' }, limit, disableIdentityMap: true },
    );
    return rows.map(({ id }) => id as EventId);
  },
});
