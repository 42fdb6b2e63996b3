import { invalidParameter, missingParameter, noSuch } from './api-error.ts';
import { type Books, newestFirst } from './books.ts';
import type { Plan, Price, Stripe } from './objects.ts';
import { PAGE_PARAMS, page } from './pages.ts';
import { type Route, route } from './routing.ts';

export type PriceTerms = {
  readonly id?: string;
  /** Cents. */
  readonly amount: number;
  readonly currency?: string;
  readonly interval?: 'day' | 'week' | 'month' | 'year';
  readonly product?: string;
};

export const addPrice = (
  books: Books,
  { id = books.newId('price'), amount, currency = 'usd', interval = 'month', product = 'prod_premium' }: PriceTerms,
): Price => {
  const price: Price = {
    id,
    object: 'price',
    active: true,
    billing_scheme: 'per_unit',
    created: books.now(),
    currency,
    custom_unit_amount: null,
    livemode: false,
    lookup_key: null,
    metadata: {},
    nickname: null,
    product,
    recurring: { interval, interval_count: 1, meter: null, trial_period_days: null, usage_type: 'licensed' },
    tax_behavior: 'unspecified',
    tiers_mode: null,
    transform_quantity: null,
    type: 'recurring',
    unit_amount: amount,
    unit_amount_decimal: String(amount),
  };
  books.prices.set(id, price);
  return price;
};

export const priceNamed = (books: Books, id: string, param?: string): Price => {
  const found = books.prices.get(id);
  if (found === undefined) throw noSuch('price', id, param);
  return found;
};

/** The price in the words of before there were prices; Stripe still sends it along. */
export const planOf = ({ id, created, currency, recurring, product, unit_amount }: Price): Plan => ({
  id,
  object: 'plan',
  active: true,
  amount: unit_amount,
  amount_decimal: String(unit_amount),
  billing_scheme: 'per_unit',
  created,
  currency,
  interval: recurring.interval,
  interval_count: recurring.interval_count,
  livemode: false,
  metadata: {},
  meter: null,
  nickname: null,
  product,
  tiers_mode: null,
  transform_usage: null,
  trial_period_days: null,
  usage_type: 'licensed',
});

export const priceRoutes: readonly Route[] = [
  route('POST /v1/prices', ({ books, params }) => {
    params.only<Stripe.PriceCreateParams>('currency', 'unit_amount', 'recurring', 'product', 'expand');
    const amount = params.whole('unit_amount');
    if (amount === undefined) throw missingParameter('unit_amount');
    if (amount < 0) throw invalidParameter('unit_amount', 'Invalid non-negative integer');
    const recurring = params.group('recurring');
    recurring?.only<Stripe.PriceCreateParams.Recurring>('interval');
    const interval = recurring?.choice('interval', ['day', 'week', 'month', 'year']);
    if (interval === undefined) throw missingParameter('recurring[interval]');
    return addPrice(books, {
      amount,
      currency: params.neededText('currency'),
      interval,
      product: params.neededText('product'),
    });
  }),
  route('GET /v1/prices/:id', ({ books, params, ids: [id = ''] }) => {
    params.only<Stripe.PriceRetrieveParams>('expand');
    return priceNamed(books, id);
  }),
  route('GET /v1/prices', ({ books, params }) => {
    params.only<Stripe.PriceListParams>(...PAGE_PARAMS);
    return page(params, '/v1/prices', newestFirst(books.prices));
  }),
];
