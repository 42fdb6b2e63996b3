import type { Instant } from '@backline/core/kernel';
import type { EventId, ObjectRef, WebhookReader } from '@backline/core/subscriptions';
import { type PlainPool, statement } from './pool.ts';

const EVENTS = statement<{
  id: string;
  type: string;
  object_kind: ObjectRef['kind'] | null;
  object_id: string | null;
  created_at: number;
  received_at: number;
  done_at: number | null;
}>(
  'webhook_events',
  `select id, type, object_kind, object_id, created_at, received_at, done_at
   from webhook_event where done_at is null or not $1 order by received_at desc, id desc limit $2`,
);

export const webhookReader = (pool: PlainPool): WebhookReader => ({
  events: async ({ undone }, limit) =>
    (await pool.query(EVENTS, [undone, limit])).map((row) => ({
      id: row.id as EventId,
      type: row.type,
      object: row.object_kind && row.object_id ? { kind: row.object_kind, id: row.object_id } : null,
      createdAt: row.created_at as Instant,
      receivedAt: row.received_at as Instant,
      doneAt: row.done_at as Instant | null,
    })),
});
