import type { Instant } from './time.ts';

/** Something that happened, named `context.what_happened`; plain JSON values only. */
export type DomainEvent = { readonly type: `${string}.${string}`; readonly occurredAt: Instant };

export interface Outbox<Event extends DomainEvent> {
  /**
   * Delivered to the worker at least once, and only if the transaction commits. Consumers are idempotent
   * and must not rely on the order.
   */
  readonly append: (event: Event) => Promise<void>;
}
