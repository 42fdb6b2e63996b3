import { type Instant, SECOND_MS, instant } from '@backline/core/kernel';
import type { EventId, WebhookEvent } from '@backline/core/subscriptions';
import { PLACES } from './event-places.ts';
import { LAST_SECOND } from './shape.ts';

type Fields = { readonly [name: string]: unknown };

const ID = /^\w{1,255}$/;
const TYPE = /^[a-z0-9_.]{1,255}$/;

/** What Stripe says happened; null for what is no event. Types that nobody acts on are about nothing. */
export const webhookEventOf = (said: unknown): WebhookEvent | null => {
  const event = fieldsOf(said);
  const carried = fieldsOf(fieldsOf(event?.['data'])?.['object']);
  const { id, type } = event ?? {};
  const createdAt = instantOf(event?.['created']);
  if (event?.['object'] !== 'event' || carried === null || createdAt === null) return null;
  if (!matches(ID, id) || !matches(TYPE, type)) return null;

  const place = PLACES.get(type);
  if (place === undefined) return { id: id as EventId, type, object: null, createdAt };
  const objectId = idIn(carried[place.idField]);
  if (carried['object'] !== place.object || objectId === undefined) return null;
  // A refund or a dispute of a payment that has no charge is of nothing that we sell.
  const object = objectId === null ? null : { kind: place.kind, id: objectId };
  return { id: id as EventId, type, object, createdAt };
};

/** Null where the event does not tell. */
export const modeOf = (said: unknown): 'live' | 'test' | null => {
  const live = fieldsOf(said)?.['livemode'];
  if (typeof live !== 'boolean') return null;
  return live ? 'live' : 'test';
};

/** Undefined for what is no id at all. */
const idIn = (named: unknown): string | null | undefined => {
  if (named === null) return null;
  const id = typeof named === 'string' ? named : fieldsOf(named)?.['id'];
  return matches(ID, id) ? id : undefined;
};

const fieldsOf = (value: unknown): Fields | null =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : null;

const matches = (form: RegExp, value: unknown): value is string => typeof value === 'string' && form.test(value);

const instantOf = (seconds: unknown): Instant | null =>
  typeof seconds === 'number' && Number.isSafeInteger(seconds) && seconds >= 0 && seconds <= LAST_SECOND
    ? instant(seconds * SECOND_MS)
    : null;
