import { type Books, type Card, change } from './books.ts';
import { charge, settleCharge } from './charges.ts';
import type { Invoice, InvoicePayment, PaymentIntent } from './objects.ts';

export type Outcome = 'paid' | 'declined' | 'asks' | 'processing';

/** The payment by which an invoice is to be paid, drawn up when the invoice is finalised. */
export const payable = (books: Books, invoice: Invoice): InvoicePayment => {
  const intent: PaymentIntent = {
    ...UNUSED,
    id: books.newId('pi'),
    object: 'payment_intent',
    amount: invoice.amount_due,
    amount_capturable: 0,
    amount_received: 0,
    capture_method: 'automatic',
    client_secret: null,
    confirmation_method: 'automatic',
    created: books.now(),
    currency: invoice.currency,
    customer: invoice.customer,
    livemode: false,
    metadata: {},
    payment_method_types: ['card'],
    setup_future_usage: 'off_session',
    status: 'requires_payment_method',
  };
  books.paymentIntents.set(intent.id, intent);
  books.announce('payment_intent.created', intent);
  const payment: InvoicePayment = {
    id: books.newId('inpay'),
    object: 'invoice_payment',
    amount_paid: null,
    amount_requested: invoice.amount_due,
    created: books.now(),
    currency: invoice.currency,
    invoice: invoice.id,
    is_default: true,
    livemode: false,
    payment: { type: 'payment_intent', payment_intent: intent.id },
    status: 'open',
    status_transitions: { canceled_at: null, paid_at: null },
  };
  books.invoicePayments.set(payment.id, payment);
  return payment;
};

export const paymentsOf = (books: Books, invoiceId: string): readonly InvoicePayment[] =>
  [...books.invoicePayments.values()].filter((each) => each.invoice === invoiceId);

/** What the card's bank says when it is asked for an invoice's money. */
export const confirm = (books: Books, payment: InvoicePayment, card: Card): Outcome => {
  const intent = books.paymentIntents.get(payment.payment.payment_intent)!;
  switch (card) {
    case 'works':
      succeed(books, payment, charge(books, intent, 'succeeded').id);
      return 'paid';
    case 'slow':
      change(intent, { status: 'processing', latest_charge: charge(books, intent, 'pending').id });
      books.announce('payment_intent.processing', intent);
      return 'processing';
    case 'asks':
      change(intent, { status: 'requires_action' });
      books.announce('payment_intent.requires_action', intent);
      return 'asks';
    case 'declines':
      refuse(books, intent, charge(books, intent, 'failed').id);
      return 'declined';
  }
};

/** What became of a payment that was under way. */
export const conclude = (books: Books, payment: InvoicePayment, succeeds: boolean): Outcome => {
  const intent = books.paymentIntents.get(payment.payment.payment_intent)!;
  const pending = books.charges.get(intent.latest_charge!)!;
  settleCharge(books, pending, succeeds);
  if (!succeeds) {
    refuse(books, intent, pending.id);
    return 'declined';
  }
  succeed(books, payment, pending.id);
  return 'paid';
};

const succeed = (books: Books, payment: InvoicePayment, chargeId: string): void => {
  const intent = books.paymentIntents.get(payment.payment.payment_intent)!;
  change(intent, { status: 'succeeded', amount_received: intent.amount, latest_charge: chargeId });
  books.announce('payment_intent.succeeded', intent);
  change(payment, {
    status: 'paid',
    amount_paid: intent.amount,
    status_transitions: { canceled_at: null, paid_at: books.now() },
  });
  books.announce('invoice_payment.paid', payment);
};

const refuse = (books: Books, intent: PaymentIntent, chargeId: string): void => {
  change(intent, {
    status: 'requires_payment_method',
    latest_charge: chargeId,
    last_payment_error: { type: 'card_error', code: 'card_declined', decline_code: 'generic_decline' },
  });
  books.announce('payment_intent.payment_failed', intent);
};

const UNUSED = {
  allowed_payment_method_types: null,
  application: null,
  application_fee_amount: null,
  automatic_payment_methods: null,
  canceled_at: null,
  cancellation_reason: null,
  customer_account: null,
  description: 'Subscription creation',
  excluded_payment_method_types: null,
  last_payment_error: null,
  latest_charge: null,
  managed_payments: null,
  next_action: null,
  on_behalf_of: null,
  payment_method: null,
  payment_method_configuration_details: null,
  payment_method_options: null,
  payment_record: null,
  processing: null,
  receipt_email: null,
  review: null,
  shipping: null,
  source: null,
  statement_descriptor: null,
  statement_descriptor_suffix: null,
  transfer_group: null,
} as const;
