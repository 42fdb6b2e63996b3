import { isUtf8 } from 'node:buffer';
import { type Instant, type Result, SECOND_MS, err, instant, ok } from '@backline/core/kernel';
import type {
  BadSignature,
  EventId,
  ObjectRef,
  PayeeRef,
  WebhookEvent,
  WebhookVerifier,
} from '@backline/core/subscriptions';
import type { StoredEvent } from './account.ts';
import { checkSignature } from './signed-payload.ts';

type Fields = { readonly [name: string]: unknown };

/** Where in an event of that type the object's id stands, and what the payload must say it is. */
type Place = { readonly kind: (ObjectRef | PayeeRef)['kind']; readonly object: string; readonly idField: string };

const subscription: Place = { kind: 'subscription', object: 'subscription', idField: 'id' };
const invoice: Place = { kind: 'invoice', object: 'invoice', idField: 'id' };
const checkout: Place = { kind: 'checkout', object: 'checkout.session', idField: 'id' };
const invoiceOfCharge: Place = { kind: 'invoice', object: 'charge', idField: 'invoice' };

const PLACES: ReadonlyMap<string, Place> = new Map([
  ['checkout.session.completed', checkout],
  ['checkout.session.expired', checkout],
  ['customer.subscription.created', subscription],
  ['customer.subscription.updated', subscription],
  ['customer.subscription.deleted', subscription],
  ['invoice.paid', invoice],
  ['invoice.payment_failed', invoice],
  ['charge.refunded', invoiceOfCharge],
  ['account.updated', { kind: 'payout-account', object: 'account', idField: 'id' }],
  ['transfer.reversed', { kind: 'transfer', object: 'transfer', idField: 'id' }],
]);

const ID = /^\w{1,255}$/;
const TYPE = /^[a-z0-9_.]{1,255}$/;
/** The last second that a JavaScript date can tell. */
const LAST_SECOND = 8_640_000_000_000;

export const sandboxWebhookVerifier = (signingSecret: string): WebhookVerifier => ({
  verify: (body, signature, now) => {
    const genuine = checkSignature(body, signature, [signingSecret], now);
    return genuine.ok ? readEvent(body) : genuine;
  },
});

/** An event of our own, as it reads once it has arrived. */
export const webhookEventOf = ({ id, type, createdAt, object }: StoredEvent): WebhookEvent => {
  const place = PLACES.get(type);
  const objectId = place && object[place.idField];
  return {
    id: id as EventId,
    type,
    object: place && typeof objectId === 'string' ? { kind: place.kind, id: objectId } : null,
    createdAt,
  };
};

const readEvent = (body: Uint8Array): Result<WebhookEvent, BadSignature> => {
  const event = parseFields(body);
  if (event === null || event['object'] !== 'event') return malformed;
  const { id, type } = event;
  const createdAt = instantOf(event['created']);
  const carried = fieldsOf(fieldsOf(event['data'])?.['object']);
  if (!matches(ID, id) || !matches(TYPE, type) || createdAt === null || carried === null) return malformed;

  const place = PLACES.get(type);
  if (place === undefined) return ok({ id: id as EventId, type, object: null, createdAt });
  const objectId = carried[place.idField];
  if (carried['object'] !== place.object || !matches(ID, objectId)) return malformed;
  return ok({ id: id as EventId, type, object: { kind: place.kind, id: objectId }, createdAt });
};

/** Null for what is not UTF-8, not JSON, or not an object. */
const parseFields = (body: Uint8Array): Fields | null => {
  if (!isUtf8(body)) return null;
  try {
    return fieldsOf(JSON.parse(new TextDecoder('utf-8', { ignoreBOM: true }).decode(body)));
  } catch (thrown) {
    if (thrown instanceof SyntaxError) return null;
    throw thrown;
  }
};

const fieldsOf = (value: unknown): Fields | null =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : null;

const matches = (form: RegExp, value: unknown): value is string => typeof value === 'string' && form.test(value);

const instantOf = (seconds: unknown): Instant | null =>
  typeof seconds === 'number' && Number.isSafeInteger(seconds) && seconds >= 0 && seconds <= LAST_SECOND
    ? instant(seconds * SECOND_MS)
    : null;

const malformed: Result<never, BadSignature> = err({ code: 'bad_signature', reason: 'malformed' });
