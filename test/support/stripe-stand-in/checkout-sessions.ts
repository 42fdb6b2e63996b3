import { invalidParameter, missingParameter, noSuch, notNow } from './api-error.ts';
import { concludePayment } from './billing.ts';
import { type Books, type Card, change, newestFirst } from './books.ts';
import { customerNamed } from './customers.ts';
import type { CheckoutSession, Stripe } from './objects.ts';
import { PAGE_PARAMS, page } from './pages.ts';
import type { Params } from './params.ts';
import { priceNamed } from './prices.ts';
import { type Route, route } from './routing.ts';
import { begin, take } from './subscribing.ts';
import { itemsIn, missingPaymentMethodIn } from './subscriptions.ts';

/** docs.stripe.com/api/checkout/sessions/create#create_checkout_session-expires_at */
const DEFAULT_LIFE_S = 24 * 3_600;
const SHORTEST_LIFE_S = 30 * 60;
const LONGEST_REFERENCE = 200;

type SubscriptionData = {
  readonly metadata: { [key: string]: string };
  readonly trialDays: number;
  readonly missingPaymentMethod: ReturnType<typeof missingPaymentMethodIn>;
};

const subscriptionDataOf = new WeakMap<CheckoutSession, SubscriptionData>();

const create = (books: Books, params: Params): CheckoutSession => {
  params.only<Stripe.Checkout.SessionCreateParams>(
    'mode',
    'customer',
    'client_reference_id',
    'line_items',
    'metadata',
    'subscription_data',
    'success_url',
    'cancel_url',
    'expires_at',
    'payment_method_collection',
    // Taken, and without any effect here: how the page looks, and what it asks besides.
    'allow_promotion_codes',
    'automatic_tax',
    'billing_address_collection',
    'customer_update',
    'locale',
    'submit_type',
    'tax_id_collection',
    'expand',
  );
  if (params.choice('mode', ['subscription', 'payment', 'setup']) !== 'subscription')
    throw invalidParameter('mode', 'The stand-in has only `mode=subscription`.');
  const items = itemsIn(books, params, 'line_items');
  const reference = params.text('client_reference_id') ?? null;
  if (reference !== null && !new RegExp(`^[\\w-]{1,${LONGEST_REFERENCE}}$`).test(reference))
    throw invalidParameter('client_reference_id', 'Invalid client_reference_id');
  const expiresAt = params.whole('expires_at') ?? books.now() + DEFAULT_LIFE_S;
  if (expiresAt < books.now() + SHORTEST_LIFE_S)
    throw invalidParameter(
      'expires_at',
      'The `expires_at` timestamp must be at least 30 minutes from Checkout Session creation.',
    );
  if (expiresAt > books.now() + DEFAULT_LIFE_S)
    throw invalidParameter(
      'expires_at',
      'The `expires_at` timestamp must be less than 24 hours from Checkout Session creation.',
    );
  const customer = params.text('customer') ?? null;
  const data = params.group('subscription_data');
  data?.only<Stripe.Checkout.SessionCreateParams.SubscriptionData>('metadata', 'trial_period_days', 'trial_settings');
  const amount = items.reduce((sum, { price, quantity }) => sum + price.unit_amount * quantity, 0);

  const id = books.newId('cs_test');
  const session: CheckoutSession = {
    ...UNUSED,
    id,
    object: 'checkout.session',
    amount_subtotal: amount,
    amount_total: amount,
    automatic_tax: { enabled: false, liability: null, provider: null, status: null },
    cancel_url: params.text('cancel_url') ?? null,
    client_reference_id: reference,
    created: books.now(),
    currency: items[0]!.price.currency,
    custom_fields: [],
    custom_text: {
      after_submit: null,
      shipping_address: null,
      submit: null,
      terms_of_service_acceptance: null,
    },
    customer: customer === null ? null : customerNamed(books, customer, 'customer').id,
    expires_at: expiresAt,
    livemode: false,
    metadata: params.metadata(),
    mode: 'subscription',
    payment_method_collection: params.choice('payment_method_collection', ['always', 'if_required']) ?? 'always',
    payment_method_types: ['card'],
    payment_status: 'unpaid',
    shipping_options: [],
    status: 'open',
    success_url: params.neededText('success_url'),
    url: `https://checkout.stripe.com/c/pay/${id}`,
  };
  if (customer === null) throw missingParameter('customer');
  books.sessions.set(id, session);
  books.lineItemsOf.set(
    id,
    items.map(({ price, quantity }) => ({ price: price.id, quantity })),
  );
  subscriptionDataOf.set(session, {
    metadata: data?.metadata() ?? {},
    trialDays: data?.whole('trial_period_days') ?? 0,
    missingPaymentMethod: missingPaymentMethodIn(data),
  });
  return session;
};

/**
 * The payer fills in the page. A card that is declined, or whose owner does not consent, leaves the session open:
 * there is neither a subscription nor an event of it then. Null: no card, where none is required.
 */
export const payCheckout = (books: Books, session: CheckoutSession, card: Card | null): boolean => {
  if (session.status !== 'open') throw new Error(`the session is ${session.status}`);
  const customer = customerNamed(books, session.customer!, 'customer');
  if (card === 'declines' || card === 'asks') return false;
  if (card !== null) books.cards.set(customer.id, card);
  const data = subscriptionDataOf.get(session)!;
  const subscription = begin(books, {
    customer: customer.id,
    items: books.lineItemsOf
      .get(session.id)!
      .map(({ price, quantity }) => ({ price: priceNamed(books, price), quantity })),
    ...data,
  });
  change(session, {
    status: 'complete',
    url: null,
    payment_status: card === 'slow' ? 'unpaid' : data.trialDays > 0 ? 'no_payment_required' : 'paid',
    subscription: subscription.id,
    invoice: subscription.latest_invoice,
  });
  books.announce('checkout.session.completed', session);
  return true;
};

/** A payment that takes days has come to an end (docs.stripe.com/payments/checkout/fulfill-orders). */
export const concludeCheckout = (books: Books, session: CheckoutSession, succeeds: boolean): void => {
  const invoice = books.invoices.get(session.invoice!)!;
  const subscription = books.subscriptions.get(session.subscription!)!;
  books.cards.set(invoice.customer, succeeds ? 'works' : 'declines');
  const outcome = concludePayment(books, invoice, succeeds);
  if (succeeds) session.payment_status = 'paid';
  take(books, subscription, invoice, outcome);
  books.announce(`checkout.session.async_payment_${succeeds ? 'succeeded' : 'failed'}`, session);
};

export const expireSession = (books: Books, session: CheckoutSession): void => {
  change(session, { status: 'expired', url: null });
  books.announce('checkout.session.expired', session);
};

export const sessionNamed = (books: Books, id: string): CheckoutSession => {
  const found = books.sessions.get(id);
  if (found === undefined) throw noSuch('checkout.session', id);
  return found;
};

export const checkoutSessionRoutes: readonly Route[] = [
  route('POST /v1/checkout/sessions', ({ books, params }) => create(books, params)),
  route('GET /v1/checkout/sessions', ({ books, params }) => {
    params.only<Stripe.Checkout.SessionListParams>(...PAGE_PARAMS, 'customer', 'status', 'subscription', 'created');
    const customer = params.text('customer') ?? null;
    const subscription = params.text('subscription') ?? null;
    const status = params.choice('status', ['open', 'complete', 'expired']) ?? null;
    const created = params.range('created');
    const listed = newestFirst(books.sessions).filter(
      (each) =>
        created(each.created) &&
        (customer === null || each.customer === customer) &&
        (subscription === null || each.subscription === subscription) &&
        (status === null || each.status === status),
    );
    return page(params, '/v1/checkout/sessions', listed);
  }),
  route('GET /v1/checkout/sessions/:id', ({ books, params, ids: [id = ''] }) => {
    params.only<Stripe.Checkout.SessionRetrieveParams>('expand');
    return sessionNamed(books, id);
  }),
  route('POST /v1/checkout/sessions/:id/expire', ({ books, params, ids: [id = ''] }) => {
    params.only<Stripe.Checkout.SessionExpireParams>('expand');
    const session = sessionNamed(books, id);
    if (session.status !== 'open')
      throw notNow(
        `Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a status of \`${session.status}\`.`,
      );
    expireSession(books, session);
    return session;
  }),
];

const UNUSED = {
  adaptive_pricing: null,
  after_expiration: null,
  allow_promotion_codes: null,
  allowed_payment_method_types: null,
  billing_address_collection: null,
  client_secret: null,
  collected_information: null,
  consent: null,
  consent_collection: null,
  currency_conversion: null,
  customer_account: null,
  customer_creation: null,
  customer_details: null,
  customer_email: null,
  discounts: null,
  integration_identifier: null,
  invoice: null,
  invoice_creation: null,
  locale: null,
  managed_payments: null,
  origin_context: null,
  payment_intent: null,
  payment_link: null,
  payment_method_configuration_details: null,
  payment_method_options: null,
  permissions: null,
  recovered_from: null,
  saved_payment_method_options: null,
  setup_intent: null,
  shipping_address_collection: null,
  shipping_cost: null,
  submit_type: null,
  subscription: null,
  total_details: null,
  ui_mode: 'hosted_page',
  wallet_options: null,
} satisfies Partial<CheckoutSession>;
