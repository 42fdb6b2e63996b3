import { type Books, type KeptEvent, change } from './books.ts';
import type { EventType, StripeEvent } from './objects.ts';
import { signatureOf } from './signing.ts';

/** One attempt to hand over an event. A test that pulls says itself how it went. */
export type Delivery = {
  readonly event: StripeEvent;
  /** Counted from 1. */
  readonly attempt: number;
  /** As it goes over the wire now, signed now: another attempt has another signature. */
  readonly message: () => { readonly body: Uint8Array; readonly signature: string };
  readonly succeeded: () => void;
  /** It is tried again later, for three days in all. */
  readonly failed: () => void;
};

/** What happens to events on the way; each may be changed at any time. */
export type Mischief = {
  /** How many of each arrive at once. */
  copies: number;
  /** Milliseconds after which an event is first sent. */
  delayMs: (event: StripeEvent) => number;
  /** `silently`: Stripe takes it for delivered. `loudly`: Stripe never got it through and says so. */
  loss: (event: StripeEvent) => 'silently' | 'loudly' | null;
  /** The payload that is signed and sent instead of the true one. */
  lie: (event: StripeEvent) => StripeEvent;
  /** In which order those are sent that are due. */
  order: (due: readonly Delivery[]) => readonly Delivery[];
};

export type Endpoint = {
  /** Of these types only; left out: all. */
  readonly types?: readonly EventType[];
  /** In force now; two while one is being replaced. */
  secrets: readonly string[];
};

export type Deliveries = {
  readonly endpoint: Endpoint;
  readonly mischief: Mischief;
  /** Those that are due, in their order; each once until it is tried again. */
  readonly take: () => readonly Delivery[];
  /** Sends those that are due to the URL, copies at once, one event after another; how many answers were no 2xx. */
  readonly post: (url: string) => Promise<number>;
  /** Of every event so far, whatever became of it: as when someone sends it again by hand. */
  readonly again: (matching?: (event: StripeEvent) => boolean) => readonly Delivery[];
};

/** docs.stripe.com/webhooks#retries: for up to three days, further and further apart. Seconds after the one before. */
const RETRIES_S = [300, 1_800, 7_200, 18_000, 36_000, 36_000, 43_200, 43_200, 43_200];

type Waiting = { readonly kept: KeptEvent; readonly attempt: number; readonly dueAt: number };

export const deliveries = (books: Books, endpoint: Endpoint): Deliveries => {
  const waiting: Waiting[] = [];
  const mischief: Mischief = {
    copies: 1,
    delayMs: () => 0,
    loss: () => null,
    lie: (event) => event,
    order: (due) => due,
  };

  books.onEvent((kept) => {
    const { event } = kept;
    if (endpoint.types !== undefined && !endpoint.types.includes(event.type)) return;
    const loss = mischief.loss(event);
    if (loss === 'silently') return;
    kept.delivered = false;
    event.pending_webhooks = 1;
    if (loss === null)
      waiting.push({ kept, attempt: 1, dueAt: event.created + Math.ceil(mischief.delayMs(event) / 1_000) });
  });

  const deliveryOf = ({ kept, attempt }: Waiting): Delivery => ({
    event: kept.event,
    attempt,
    message: () => {
      const payload = JSON.stringify(mischief.lie(structuredClone(kept.event)), null, 2);
      return {
        body: new TextEncoder().encode(payload),
        signature: signatureOf(payload, endpoint.secrets, books.now()),
      };
    },
    succeeded: () => {
      kept.delivered = true;
      change(kept.event, { pending_webhooks: 0 });
      for (let at = waiting.length - 1; at >= 0; at -= 1) if (waiting[at]?.kept === kept) waiting.splice(at, 1);
    },
    failed: () => {
      const wait = RETRIES_S[attempt - 1];
      if (wait !== undefined) waiting.push({ kept, attempt: attempt + 1, dueAt: books.now() + wait });
    },
  });

  const take = (): readonly Delivery[] => {
    const due = waiting.filter(({ dueAt }) => dueAt <= books.now());
    for (const each of due) waiting.splice(waiting.indexOf(each), 1);
    return mischief.order(due.map(deliveryOf));
  };

  return {
    endpoint,
    mischief,
    take,
    post: async (url) => {
      let refusals = 0;
      for (const delivery of take()) {
        const posts = Array.from({ length: mischief.copies }, () => post(url, delivery));
        const taken = await Promise.all(posts);
        refusals += taken.filter((each) => !each).length;
        if (taken.some(Boolean)) delivery.succeeded();
        else delivery.failed();
      }
      return refusals;
    },
    again: (matching = () => true) =>
      [...books.events.values()]
        .filter(({ event }) => matching(event))
        .map((kept) => deliveryOf({ kept, attempt: 1, dueAt: 0 })),
  };
};

const post = async (url: string, delivery: Delivery): Promise<boolean> => {
  const { body, signature } = delivery.message();
  const headers = { 'content-type': 'application/json; charset=utf-8', 'stripe-signature': signature };
  try {
    const response = await fetch(url, { method: 'POST', headers, body });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
};
