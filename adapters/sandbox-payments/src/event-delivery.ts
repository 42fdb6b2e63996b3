import type { UserId } from '@backline/core/accounts';
import { type Clock, ok } from '@backline/core/kernel';
import { type StoredEvent, markDelivered, undelivered } from './account.ts';
import type { AccountStore } from './account-store.ts';
import { eventBody } from './announcing.ts';
import { signatureHeader } from './signed-payload.ts';

/**
 * Hands a signed event to the app, e.g. by POST with the header `Stripe-Signature`. True once the app has kept it;
 * false when it is to be tried again. Bring your own timeout.
 */
export type Deliver = (body: Uint8Array, signature: string) => Promise<boolean>;

export type Delivered = { readonly delivered: number; readonly failed: number };

export type EventDelivery = {
  /** A user's events, oldest first, each at least once; until one fails, which stays for the next time. */
  readonly toApp: (userId: UserId) => Promise<Delivered>;
  /** Everybody's, passing over some that fail. */
  readonly pending: () => Promise<Delivered>;
};

/** After so many failures `pending` gives up: the app is down. */
const MOST_FAILURES = 10;

export const eventDelivery = (options: {
  readonly store: AccountStore;
  readonly clock: Clock;
  readonly signingSecret: string;
  readonly deliver: Deliver;
}): EventDelivery => {
  const { store, clock, signingSecret, deliver } = options;

  /** Signed anew each time: a signature that is minutes old is refused. */
  const send = (event: StoredEvent): Promise<boolean> => {
    const body = eventBody(event);
    return deliver(body, signatureHeader(body, signingSecret, clock.now()));
  };

  const sendAll = async (userId: UserId, mostFailures: number): Promise<Delivered> => {
    const account = await store.find(userId);
    const events = account === null ? [] : undelivered(account);
    const delivered = new Set<string>();
    let failed = 0;
    for (const event of events) {
      if (failed >= mostFailures) break;
      if (await send(event)) delivered.add(event.id);
      else failed += 1;
    }
    if (delivered.size > 0) await store.update(userId, (current) => ok(markDelivered(current, delivered, clock.now())));
    await store.settle(userId);
    return { delivered: delivered.size, failed };
  };

  return {
    toApp: (userId) => sendAll(userId, 1),
    pending: async () => {
      let so: Delivered = { delivered: 0, failed: 0 };
      for (const userId of await store.withUndelivered()) {
        if (so.failed >= MOST_FAILURES) break;
        const { delivered, failed } = await sendAll(userId, MOST_FAILURES - so.failed);
        so = { delivered: so.delivered + delivered, failed: so.failed + failed };
      }
      return so;
    },
  };
};
