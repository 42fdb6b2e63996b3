import { invalidParameter, missingParameter, noSuch, notNow } from './api-error.ts';
import { move } from './balance.ts';
import { type Books, change, newestFirst } from './books.ts';
import { chargeNamed } from './charges.ts';
import type { Charge, Refund, Stripe } from './objects.ts';
import { PAGE_PARAMS, page } from './pages.ts';
import { type Route, route } from './routing.ts';

/** docs.stripe.com/refunds: Stripe keeps its fee of the original charge. Null amount: all that is left. */
export const refundCharge = (
  books: Books,
  of: Charge,
  amount: number | null,
  status: 'succeeded' | 'pending' = 'succeeded',
): Refund => {
  const left = of.amount - of.amount_refunded;
  const given = amount ?? left;
  if (left === 0) throw notNow(`Charge ${of.id} has already been refunded.`, 'charge_already_refunded');
  if (of.status !== 'succeeded') throw notNow(`Charge ${of.id} was not paid.`);
  if (of.disputed) throw notNow(`Charge ${of.id} has been charged back.`, 'charge_disputed');
  if (given > left) throw notNow(`Refund amount is greater than unrefunded amount on charge (${left})`);

  const id = books.newId('re');
  const refund: Refund = {
    id,
    object: 'refund',
    amount: given,
    balance_transaction: move(books, { amount: -given, fee: 0, currency: of.currency, type: 'refund', source: id }).id,
    charge: of.id,
    created: books.now(),
    currency: of.currency,
    customer: of.customer,
    customer_account: null,
    metadata: {},
    payment_intent: of.payment_intent,
    payment_method: null,
    reason: null,
    receipt_number: null,
    source_transfer_reversal: null,
    status,
    transfer_reversal: null,
  };
  books.refunds.set(id, refund);
  const previous = recount(of, of.amount_refunded + given);
  books.announce('charge.refunded', of, previous);
  books.announce('refund.created', refund);
  return refund;
};

/** docs.stripe.com/refunds: when a bank refuses a refund the money comes back. */
export const failRefund = (books: Books, refund: Refund): void => {
  const of = chargeNamed(books, refund.charge);
  const previous = change(refund, { status: 'failed' });
  refund.failure_reason = 'unknown';
  refund.failure_balance_transaction = move(books, {
    amount: refund.amount,
    fee: 0,
    currency: refund.currency,
    type: 'refund_failure',
    source: refund.id,
  }).id;
  recount(of, of.amount_refunded - refund.amount);
  books.announce('refund.failed', refund, previous);
  books.announce('refund.updated', refund, previous);
  books.announce('charge.refund.updated', refund, previous);
};

const recount = (of: Charge, refunded: number): object =>
  change(of, { amount_refunded: refunded, refunded: refunded === of.amount });

export const refundRoutes: readonly Route[] = [
  route('POST /v1/refunds', ({ books, params }) => {
    params.only<Stripe.RefundCreateParams>('charge', 'payment_intent', 'amount', 'metadata', 'reason', 'expand');
    const intent = params.text('payment_intent') ?? null;
    const chargeId =
      params.text('charge') ?? (intent === null ? null : books.paymentIntents.get(intent)?.latest_charge) ?? null;
    if (chargeId === null) throw missingParameter('charge');
    const amount = params.whole('amount') ?? null;
    if (amount !== null && amount < 1) throw invalidParameter('amount', 'Invalid positive integer');
    const refund = refundCharge(books, chargeNamed(books, chargeId, 'charge'), amount);
    refund.metadata = params.metadata();
    return refund;
  }),
  route('GET /v1/refunds/:id', ({ books, params, ids: [id = ''] }) => {
    params.only<Stripe.RefundRetrieveParams>('expand');
    const found = books.refunds.get(id);
    if (found === undefined) throw noSuch('refund', id);
    return found;
  }),
  route('GET /v1/refunds', ({ books, params }) => {
    params.only<Stripe.RefundListParams>(...PAGE_PARAMS, 'charge', 'payment_intent', 'created');
    const of = params.text('charge') ?? null;
    const intent = params.text('payment_intent') ?? null;
    const created = params.range('created');
    return page(
      params,
      '/v1/refunds',
      newestFirst(books.refunds).filter(
        (each) =>
          created(each.created) &&
          (of === null || each.charge === of) &&
          (intent === null || each.payment_intent === intent),
      ),
    );
  }),
];
