import { invalidParameter, notNow } from './api-error.ts';
import type { Books } from './books.ts';
import { listOf } from './objects.ts';

/** docs.stripe.com/expand */
const MOST_LEVELS = 4;

type Plain = { [member: string]: unknown };

/** A copy of the answer in which the ids at those paths have become the objects; `payments`, `refunds` and such appear. */
export const expanded = (
  books: Books,
  connected: (id: string) => object | null,
  answer: object,
  paths: readonly string[],
): object => {
  const copy = structuredClone(answer);
  for (const path of paths) {
    const parts = path.split('.');
    if (parts.length > MOST_LEVELS)
      throw notNow(`You cannot expand more than ${MOST_LEVELS} levels of a property. Property: ${path}`);
    expandPath(books, connected, copy as Plain, parts, path);
  }
  return copy;
};

const expandPath = (
  books: Books,
  connected: (id: string) => object | null,
  object: Plain,
  [first = '', ...rest]: readonly string[],
  path: string,
): void => {
  if (!(first in object)) {
    const included = includable(books, object, first);
    if (included === null) {
      // A deleted customer has nothing to expand, and Stripe says nothing of it.
      if (object['deleted'] === true) return;
      throw invalidParameter('expand', `This property cannot be expanded (${path}).`);
    }
    object[first] = included;
  }
  const value = object[first];
  if (value === null) return;
  if (typeof value === 'string') {
    const found = named(books, value) ?? connected(value);
    if (found === null) throw invalidParameter('expand', `This property cannot be expanded (${path}).`);
    object[first] = structuredClone(found);
  }
  if (rest.length === 0) return;
  const next = object[first];
  const targets = Array.isArray(next) ? (next as Plain[]) : [next as Plain];
  for (const target of targets) expandPath(books, connected, target, rest, path);
};

const named = (books: Books, id: string): object | null =>
  books.customers.get(id) ??
  books.subscriptions.get(id) ??
  books.invoices.get(id) ??
  books.paymentIntents.get(id) ??
  books.charges.get(id) ??
  books.balanceTransactions.get(id) ??
  books.refunds.get(id) ??
  books.disputes.get(id) ??
  books.sessions.get(id) ??
  null;

/** What an object has only when it is asked for. */
const includable = (books: Books, { object, id }: Plain, member: string): object | null => {
  const of = String(id);
  switch (`${String(object)}.${member}`) {
    case 'invoice.payments':
      return listOf(
        [...books.invoicePayments.values()].filter((each) => each.invoice === of).map((each) => structuredClone(each)),
        `/v1/invoice_payments?invoice=${of}`,
      );
    case 'charge.refunds':
      return listOf(
        [...books.refunds.values()]
          .filter((each) => each.charge === of)
          .map((each) => structuredClone(each))
          .toReversed(),
        `/v1/charges/${of}/refunds`,
      );
    case 'checkout.session.line_items':
      return listOf(
        (books.lineItemsOf.get(of) ?? []).map(({ price, quantity }, index) => ({
          id: `li_${of}_${index}`,
          object: 'item',
          price: structuredClone(books.prices.get(price)),
          quantity,
        })),
        `/v1/checkout/sessions/${of}/line_items`,
      );
    case 'customer.subscriptions':
      return listOf(
        [...books.subscriptions.values()]
          .filter((each) => each.customer === of && each.status !== 'canceled')
          .map((each) => structuredClone(each)),
        `/v1/customers/${of}/subscriptions`,
      );
    default:
      return null;
  }
};
