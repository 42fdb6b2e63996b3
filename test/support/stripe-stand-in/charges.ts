import { noSuch } from './api-error.ts';
import { move } from './balance.ts';
import { type Books, change, newestFirst } from './books.ts';
import type { Charge, PaymentIntent, Stripe } from './objects.ts';
import { PAGE_PARAMS, page } from './pages.ts';
import { type Route, route } from './routing.ts';

/** What a payment asks of a bank. Since API version 2025-03-31 it names no invoice: that is found by the payment. */
export const charge = (books: Books, intent: PaymentIntent, status: 'succeeded' | 'pending' | 'failed'): Charge => {
  const isPaid = status === 'succeeded';
  const made: Charge = {
    ...UNUSED,
    id: books.newId('ch'),
    object: 'charge',
    amount: intent.amount,
    amount_captured: isPaid ? intent.amount : 0,
    amount_refunded: 0,
    balance_transaction: null,
    billing_details: { address: null, email: null, name: null, phone: null, tax_id: null },
    captured: isPaid,
    created: books.now(),
    currency: intent.currency,
    customer: intent.customer,
    disputed: false,
    failure_code: status === 'failed' ? 'card_declined' : null,
    failure_message: status === 'failed' ? 'Your card was declined.' : null,
    livemode: false,
    metadata: {},
    paid: isPaid,
    payment_intent: intent.id,
    refunded: false,
    status,
  };
  books.charges.set(made.id, made);
  if (isPaid) book(books, made);
  books.announce(`charge.${status}`, made);
  return made;
};

export const settleCharge = (books: Books, pending: Charge, succeeds: boolean): void => {
  change(pending, {
    status: succeeds ? 'succeeded' : 'failed',
    paid: succeeds,
    captured: succeeds,
    amount_captured: succeeds ? pending.amount : 0,
  });
  if (succeeds) book(books, pending);
  books.announce(succeeds ? 'charge.succeeded' : 'charge.failed', pending);
};

const book = (books: Books, paid: Charge): void => {
  const { amount, currency, id } = paid;
  paid.balance_transaction = move(books, {
    amount,
    fee: books.terms.feeOf(amount),
    currency,
    type: 'charge',
    source: id,
  }).id;
};

const UNUSED = {
  application: null,
  application_fee: null,
  application_fee_amount: null,
  calculated_statement_descriptor: null,
  description: null,
  failure_balance_transaction: null,
  fraud_details: {},
  on_behalf_of: null,
  outcome: null,
  payment_method: null,
  payment_method_details: null,
  receipt_email: null,
  receipt_number: null,
  receipt_url: null,
  review: null,
  shipping: null,
  source: null,
  source_transfer: null,
  statement_descriptor: null,
  statement_descriptor_suffix: null,
  transfer_data: null,
  transfer_group: null,
} as const;

export const chargeNamed = (books: Books, id: string, param?: string): Charge => {
  const found = books.charges.get(id);
  if (found === undefined) throw noSuch('charge', id, param);
  return found;
};

export const chargeRoutes: readonly Route[] = [
  route('GET /v1/charges/:id', ({ books, params, ids: [id = ''] }) => {
    params.only<Stripe.ChargeRetrieveParams>('expand');
    return chargeNamed(books, id);
  }),
  route('GET /v1/charges', ({ books, params }) => {
    params.only<Stripe.ChargeListParams>(...PAGE_PARAMS, 'created', 'customer', 'payment_intent');
    const customer = params.text('customer') ?? null;
    const intent = params.text('payment_intent') ?? null;
    const created = params.range('created');
    return page(
      params,
      '/v1/charges',
      newestFirst(books.charges).filter(
        (each) =>
          created(each.created) &&
          (customer === null || each.customer === customer) &&
          (intent === null || each.payment_intent === intent),
      ),
    );
  }),
  route('GET /v1/payment_intents/:id', ({ books, params, ids: [id = ''] }) => {
    params.only<Stripe.PaymentIntentRetrieveParams>('expand');
    const found = books.paymentIntents.get(id);
    if (found === undefined) throw noSuch('payment_intent', id);
    return found;
  }),
  route('GET /v1/balance_transactions/:id', ({ books, params, ids: [id = ''] }) => {
    params.only<Stripe.BalanceTransactionRetrieveParams>('expand');
    const found = books.balanceTransactions.get(id);
    if (found === undefined) throw noSuch('balance transaction', id);
    return found;
  }),
];
