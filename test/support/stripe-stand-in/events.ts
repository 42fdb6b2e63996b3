import { invalidParameter, noSuch } from './api-error.ts';
import type { Books, KeptEvent } from './books.ts';
import type { Stripe } from './objects.ts';
import { PAGE_PARAMS, page } from './pages.ts';
import { type Route, route } from './routing.ts';

/** docs.stripe.com/api/events: kept for 30 days. */
const KEPT_S = 30 * 86_400;
/** docs.stripe.com/api/events/list#list_events-types */
const MOST_TYPES = 20;

const isKept = (books: Books, { event }: KeptEvent): boolean => event.created > books.now() - KEPT_S;

export const eventRoutes: readonly Route[] = [
  route('GET /v1/events', ({ books, params }) => {
    params.only<Stripe.EventListParams>(...PAGE_PARAMS, 'created', 'delivery_success', 'type', 'types');
    const created = params.range('created');
    const delivered = params.flag('delivery_success');
    const type = params.text('type') ?? null;
    const types = params.texts('types');
    if (type !== null && types.length > 0)
      throw invalidParameter('types', 'You may only specify one of type and types.');
    if (types.length > MOST_TYPES) throw invalidParameter('types', `Array must have at most ${MOST_TYPES} elements.`);
    const listed = [...books.events.values()]
      .toReversed()
      .filter(
        (kept) =>
          isKept(books, kept) &&
          created(kept.event.created) &&
          (delivered === undefined || kept.delivered === delivered) &&
          (type === null || fits(kept.event.type, type)) &&
          (types.length === 0 || types.includes(kept.event.type)),
      )
      .map(({ event }) => event);
    return page(params, '/v1/events', listed);
  }),
  route('GET /v1/events/:id', ({ books, params, ids: [id = ''] }) => {
    params.only<Stripe.EventRetrieveParams>('expand');
    const found = books.events.get(id);
    if (found === undefined || !isKept(books, found)) throw noSuch('event', id);
    return found.event;
  }),
];

/** `customer.*` stands for all that begin so. */
const fits = (type: string, pattern: string): boolean =>
  pattern.endsWith('*') ? type.startsWith(pattern.slice(0, -1)) : type === pattern;
