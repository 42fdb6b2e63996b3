import { noSuch } from './api-error.ts';
import { type Books, newestFirst } from './books.ts';
import type { Charge, FraudWarning, Stripe } from './objects.ts';
import { PAGE_PARAMS, page } from './pages.ts';
import { type Route, route } from './routing.ts';

/** docs.stripe.com/disputes/measuring#early-fraud-warnings: a card's network suspects fraud; no money moves. */
export const warnOfFraud = (books: Books, of: Charge): FraudWarning => {
  const warning: FraudWarning = {
    id: books.newId('issfr'),
    object: 'radar.early_fraud_warning',
    actionable: !of.refunded && !of.disputed,
    charge: of.id,
    created: books.now(),
    fraud_type: 'made_with_stolen_card',
    livemode: false,
    ...(of.payment_intent === null ? {} : { payment_intent: of.payment_intent }),
  };
  books.fraudWarnings.set(warning.id, warning);
  books.announce('radar.early_fraud_warning.created', warning);
  return warning;
};

export const fraudWarningRoutes: readonly Route[] = [
  route('GET /v1/radar/early_fraud_warnings/:id', ({ books, params, ids: [id = ''] }) => {
    params.only<Stripe.Radar.EarlyFraudWarningRetrieveParams>('expand');
    const found = books.fraudWarnings.get(id);
    if (found === undefined) throw noSuch('early_fraud_warning', id);
    return found;
  }),
  route('GET /v1/radar/early_fraud_warnings', ({ books, params }) => {
    params.only<Stripe.Radar.EarlyFraudWarningListParams>(...PAGE_PARAMS, 'charge', 'payment_intent', 'created');
    const of = params.text('charge') ?? null;
    const intent = params.text('payment_intent') ?? null;
    const created = params.range('created');
    return page(
      params,
      '/v1/radar/early_fraud_warnings',
      newestFirst(books.fraudWarnings).filter(
        (each) =>
          created(each.created) &&
          (of === null || each.charge === of) &&
          (intent === null || each.payment_intent === intent),
      ),
    );
  }),
];
