import type { SqlEntityManager } from '@mikro-orm/sql';
import type { PlatformEvent } from '@backline/core';
import type { Outbox } from '@backline/core/kernel';

/**
 * Puts an event where the worker finds it, by a statement in the open transaction: the queue's own SQL function
 * is the outbox. `sql` has one parameter for the event's type and one for its JSON, in this order.
 */
export type Enqueue = { readonly sql: string };

export const sqlOutbox = (em: SqlEntityManager, { sql }: Enqueue): Outbox<PlatformEvent> => ({
  append: async (event) => {
    await em.execute(sql, [event.type, JSON.stringify(event)]);
  },
});
