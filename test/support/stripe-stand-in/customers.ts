import { invalidParameter, noSuch } from './api-error.ts';
import { type Books, change, newestFirst } from './books.ts';
import type { Customer, Stripe } from './objects.ts';
import { PAGE_PARAMS, page, searchPage } from './pages.ts';
import type { Params } from './params.ts';
import { type Route, route } from './routing.ts';
import { end, isOver } from './subscribing.ts';

/** One that has not been deleted. */
export const customerNamed = (books: Books, id: string, param?: string): Customer => {
  const found = books.customers.get(id);
  if (found === undefined || found.deleted === true) throw noSuch('customer', id, param);
  return found;
};

const create = (books: Books, params: Params): Customer => {
  const { email, name, description } = told(params);
  const customer: Customer = {
    id: books.newId('cus'),
    object: 'customer',
    address: null,
    balance: 0,
    created: books.now(),
    currency: null,
    customer_account: null,
    default_source: null,
    delinquent: false,
    description: description ?? null,
    discount: null,
    email: email ?? null,
    invoice_prefix: null,
    invoice_settings: { custom_fields: null, default_payment_method: null, footer: null, rendering_options: null },
    livemode: false,
    metadata: params.metadata(),
    name: name ?? null,
    phone: null,
    preferred_locales: [],
    shipping: null,
    tax_exempt: 'none',
    test_clock: null,
  };
  books.customers.set(customer.id, customer);
  books.customersChangedAt.set(customer.id, books.now());
  books.announce('customer.created', customer);
  return customer;
};

const update = (books: Books, customer: Customer, params: Params): Customer => {
  const { email, name, description } = told(params);
  const previous = change(customer, {
    ...(email === undefined ? {} : { email }),
    ...(name === undefined ? {} : { name }),
    ...(description === undefined ? {} : { description }),
    metadata: params.metadata(customer.metadata),
  });
  if (Object.keys(previous).length === 0) return customer;
  books.customersChangedAt.set(customer.id, books.now());
  books.announce('customer.updated', customer, previous);
  return customer;
};

const told = (params: Params) => {
  params.only<Stripe.CustomerCreateParams>('email', 'name', 'description', 'metadata', 'expand');
  const email = params.text('email');
  if (email !== undefined && email !== null && !/^[^@\s]+@[^@\s]+$/.test(email))
    throw invalidParameter('email', `Invalid email address: ${email}`, 'email_invalid');
  return { email, name: params.text('name'), description: params.text('description') };
};

/** docs.stripe.com/api/customers/delete: for good, and its subscriptions end at once; it can still be retrieved. */
const remove = (books: Books, customer: Customer): Stripe.DeletedCustomer => {
  for (const subscription of books.subscriptions.values())
    if (subscription.customer === customer.id && !isOver(subscription))
      end(books, subscription, 'cancellation_requested');
  books.announce('customer.deleted', customer);
  const deleted: Stripe.DeletedCustomer = { id: customer.id, object: 'customer', deleted: true };
  books.customers.set(customer.id, deleted);
  books.cards.delete(customer.id);
  return deleted;
};

/** docs.stripe.com/search: clauses joined by AND; of the language only what a test needs. */
const CLAUSE = /^(?:metadata\[['"](?<key>[^'"]+)['"]\]|(?<field>email|name)):\s*['"](?<value>(?:[^'"\\]|\\.)*)['"]$/;

/** What the search knows is of some time ago: Stripe says under a minute mostly (docs.stripe.com/search#data-freshness). */
const search = (books: Books, query: string): readonly Customer[] => {
  const clauses = query.split(/\s+AND\s+/i).map((text) => {
    const groups = CLAUSE.exec(text.trim())?.groups;
    if (groups === undefined) throw invalidParameter('query', `We were unable to parse your search query: ${query}`);
    const value = (groups['value'] ?? '').replace(/\\(.)/g, '$1');
    const { key, field } = groups;
    return (customer: Customer): boolean =>
      key === undefined ? customer[field as 'email' | 'name'] === value : customer.metadata[key] === value;
  });
  const known = books.now() - books.terms.searchLagMs / 1_000;
  return newestFirst(books.customers).filter(
    (each): each is Customer =>
      each.deleted !== true &&
      (books.customersChangedAt.get(each.id) ?? 0) <= known &&
      clauses.every((holds) => holds(each)),
  );
};

export const customerRoutes: readonly Route[] = [
  route('POST /v1/customers', ({ books, params }) => create(books, params)),
  route('GET /v1/customers', ({ books, params }) => {
    params.only<Stripe.CustomerListParams>(...PAGE_PARAMS, 'email', 'created');
    const email = params.text('email') ?? null;
    const created = params.range('created');
    const listed = newestFirst(books.customers).filter(
      (each): each is Customer =>
        each.deleted !== true && created(each.created) && (email === null || each.email === email),
    );
    return page(params, '/v1/customers', listed);
  }),
  route('GET /v1/customers/search', ({ books, params }) => {
    params.only<Stripe.CustomerSearchParams>('query', 'limit', 'page', 'expand');
    return searchPage(params, '/v1/customers/search', search(books, params.neededText('query')));
  }),
  route('GET /v1/customers/:id', ({ books, params, ids: [id = ''] }) => {
    params.only<Stripe.CustomerRetrieveParams>('expand');
    const found = books.customers.get(id);
    if (found === undefined) throw noSuch('customer', id);
    return found;
  }),
  route('POST /v1/customers/:id', ({ books, params, ids: [id = ''] }) =>
    update(books, customerNamed(books, id), params),
  ),
  route('DELETE /v1/customers/:id', ({ books, params, ids: [id = ''] }) => {
    params.only<Stripe.CustomerDeleteParams>();
    return remove(books, customerNamed(books, id));
  }),
];
