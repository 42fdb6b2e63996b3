import {
  type Shape,
  currencyCode,
  either,
  exactly,
  flag,
  having,
  listOf,
  natural,
  perhaps,
  seconds,
  text,
  webAddress,
  whole,
} from './shape.ts';

/* What this adapter reads of Stripe's objects, and no more: the rest is Stripe's to change. */

const metadata = perhaps(having({}));

/** An id, or the object itself where it was asked for. */
const reference = (object: Shape = having({ id: text })): Shape => either(text, object);

const customer = reference(having({ id: text, metadata }));

export const CUSTOMER = having({ id: text, metadata, created: seconds });

export const pageShape = (item: Shape): Shape => having({ data: listOf(item), has_more: flag });

export const SESSION = having({ id: text, metadata, url: webAddress, expires_at: seconds });

export const checkoutShape = (id: string): Shape =>
  having({ id: exactly(id), status: perhaps(text), subscription: perhaps(reference()) });

export const PORTAL_SESSION = having({ url: webAddress });

const latestInvoice = having({ id: text, status: perhaps(text), hosted_invoice_url: perhaps(webAddress) });

const subscriptionNamed = (id: Shape): Shape =>
  having({
    id,
    status: text,
    metadata,
    customer,
    items: having({ data: listOf(having({ current_period_start: seconds, current_period_end: seconds })) }),
    latest_invoice: perhaps(reference(latestInvoice)),
    cancel_at_period_end: flag,
    cancel_at: perhaps(seconds),
    ended_at: perhaps(seconds),
    pause_collection: perhaps(having({})),
  });

export const subscriptionShape = (id: string): Shape => subscriptionNamed(exactly(id));

export const LISTED_SUBSCRIPTION = subscriptionNamed(text);

const transitions = having({ finalized_at: perhaps(seconds), paid_at: perhaps(seconds) });

const parent = having({
  subscription_details: perhaps(having({ metadata, subscription: reference() })),
});

/** As in a list: what tells whose it is and what became of it. */
export const LISTED_INVOICE = having({
  id: text,
  status: perhaps(text),
  created: seconds,
  amount_paid: natural,
  status_transitions: transitions,
  customer: perhaps(customer),
  parent: perhaps(parent),
});

const amounts = listOf(having({ amount: whole }));

export const INVOICE_LINE = having({
  amount: whole,
  period: having({ start: seconds, end: seconds }),
  discount_amounts: perhaps(amounts),
  taxes: perhaps(listOf(having({ amount: whole, tax_behavior: text }))),
});

const payment = having({
  status: text,
  payment: having({
    charge: perhaps(reference()),
    payment_intent: perhaps(reference(having({ id: text, latest_charge: perhaps(reference()) }))),
  }),
});

export const invoiceShape = (id: string): Shape => {
  const own = having({
    id: exactly(id),
    currency: currencyCode,
    total: whole,
    total_taxes: perhaps(amounts),
    period_start: seconds,
    period_end: seconds,
    lines: pageShape(INVOICE_LINE),
    payments: perhaps(pageShape(payment)),
  });
  return (value, at) => LISTED_INVOICE(value, at) ?? own(value, at);
};

const settled = having({ amount: whole, fee: whole, currency: currencyCode });

export const chargeShape = (id: string): Shape =>
  having({
    id: exactly(id),
    amount: natural,
    amount_refunded: natural,
    currency: currencyCode,
    disputed: flag,
    balance_transaction: perhaps(reference(settled)),
    payment_intent: perhaps(reference()),
  });

export const DISPUTE = having({ status: text, balance_transactions: amounts });

export const ACCOUNT = having({
  id: text,
  payouts_enabled: flag,
  capabilities: perhaps(having({ transfers: perhaps(text) })),
});

export const ACCOUNT_LINK = having({ url: webAddress });

export const TRANSFER = having({
  id: text,
  amount: natural,
  amount_reversed: natural,
  currency: currencyCode,
  reversed: flag,
  transfer_group: perhaps(text),
});

export const FRAUD_WARNING = having({ id: text });

export const INVOICE_PAYMENT = having({ invoice: reference() });
