import { noSuch } from './api-error.ts';
import { move } from './balance.ts';
import { type Books, change, newestFirst } from './books.ts';
import type { Charge, Dispute, Stripe } from './objects.ts';
import { PAGE_PARAMS, page } from './pages.ts';
import { type Route, route } from './routing.ts';

/** Cents; the figure of an event that Stripe sent (stripe-ruby-mock's fixture of charge.dispute.funds_reinstated). */
const DISPUTE_FEE = 1_500;
const DAY_S = 86_400;
const DAYS_TO_ANSWER = 9;

/**
 * docs.stripe.com/disputes/how-disputes-work: a bank takes the money back at once, with a fee; an inquiry only asks.
 * Null amount: all of the charge.
 */
export const openDispute = (
  books: Books,
  of: Charge,
  { amount = null, inquiry = false }: { readonly amount?: number | null; readonly inquiry?: boolean } = {},
): Dispute => {
  const dispute: Dispute = {
    id: books.newId('du'),
    object: 'dispute',
    amount: amount ?? of.amount,
    balance_transactions: [],
    charge: of.id,
    created: books.now(),
    currency: of.currency,
    enhanced_eligibility_types: [],
    evidence: NO_EVIDENCE,
    evidence_details: {
      due_by: books.now() + DAYS_TO_ANSWER * DAY_S,
      enhanced_eligibility: {},
      has_evidence: false,
      past_due: false,
      submission_count: 0,
      submission_method: 'manual',
    },
    intended_submission_method: null,
    is_charge_refundable: inquiry,
    livemode: false,
    metadata: {},
    payment_intent: of.payment_intent,
    reason: 'fraudulent',
    status: inquiry ? 'warning_needs_response' : 'needs_response',
  };
  books.disputes.set(dispute.id, dispute);
  of.disputed = true;
  books.announce('charge.dispute.created', dispute);
  if (!inquiry) withdraw(books, dispute);
  return dispute;
};

/** The bank is no longer content to ask. */
export const escalateDispute = (books: Books, dispute: Dispute): void => {
  const previous = change(dispute, { status: 'needs_response', is_charge_refundable: false });
  books.announce('charge.dispute.updated', dispute, previous);
  withdraw(books, dispute);
};

export const closeDispute = (books: Books, dispute: Dispute, status: 'won' | 'lost' | 'warning_closed'): void => {
  const previous = change(dispute, { status });
  if (status === 'won') {
    transfer(books, dispute, dispute.amount, -DISPUTE_FEE);
    books.announce('charge.dispute.funds_reinstated', dispute);
  }
  books.announce('charge.dispute.closed', dispute, previous);
};

const withdraw = (books: Books, dispute: Dispute): void => {
  transfer(books, dispute, -dispute.amount, DISPUTE_FEE);
  books.announce('charge.dispute.funds_withdrawn', dispute);
};

const transfer = (books: Books, dispute: Dispute, amount: number, fee: number): void => {
  const { id, currency } = dispute;
  dispute.balance_transactions = [
    ...dispute.balance_transactions,
    move(books, { amount, fee, currency, type: 'adjustment', source: id }),
  ];
};

const NO_EVIDENCE: Dispute['evidence'] = {
  access_activity_log: null,
  billing_address: null,
  cancellation_policy: null,
  cancellation_policy_disclosure: null,
  cancellation_rebuttal: null,
  customer_communication: null,
  customer_email_address: null,
  customer_name: null,
  customer_purchase_ip: null,
  customer_signature: null,
  duplicate_charge_documentation: null,
  duplicate_charge_explanation: null,
  duplicate_charge_id: null,
  enhanced_evidence: {},
  product_description: null,
  receipt: null,
  refund_policy: null,
  refund_policy_disclosure: null,
  refund_refusal_explanation: null,
  service_date: null,
  service_documentation: null,
  shipping_address: null,
  shipping_carrier: null,
  shipping_date: null,
  shipping_documentation: null,
  shipping_tracking_number: null,
  uncategorized_file: null,
  uncategorized_text: null,
};

export const disputeRoutes: readonly Route[] = [
  route('GET /v1/disputes/:id', ({ books, params, ids: [id = ''] }) => {
    params.only<Stripe.DisputeRetrieveParams>('expand');
    const found = books.disputes.get(id);
    if (found === undefined) throw noSuch('dispute', id);
    return found;
  }),
  route('GET /v1/disputes', ({ books, params }) => {
    params.only<Stripe.DisputeListParams>(...PAGE_PARAMS, 'charge', 'payment_intent', 'created');
    const of = params.text('charge') ?? null;
    const intent = params.text('payment_intent') ?? null;
    const created = params.range('created');
    return page(
      params,
      '/v1/disputes',
      newestFirst(books.disputes).filter(
        (each) =>
          created(each.created) &&
          (of === null || each.charge === of) &&
          (intent === null || each.payment_intent === intent),
      ),
    );
  }),
];
