import type { InvoiceId, ObjectRef, ProviderObject, SubscriptionId } from '@backline/core/subscriptions';
import type { Stripe } from 'stripe';
import { idOf, isIdOf } from './ids.ts';
import { type MovedCharge, PAYMENTS_EXPANSION, chargesOf, movedBy } from './moved.ts';
import { receiptOf } from './receipt.ts';
import { shaped } from './shape.ts';
import {
  DISPUTE,
  FRAUD_WARNING,
  INVOICE_LINE,
  INVOICE_PAYMENT,
  LISTED_INVOICE,
  chargeShape,
  checkoutShape,
  invoiceShape,
  pageShape,
  subscriptionShape,
} from './shapes.ts';
import { SNAPSHOT_EXPANSIONS, isOwing, snapshotOf } from './snapshot.ts';
import type { Warn } from './warn.ts';

const MOST_LISTED = 100;

/** An inquiry, too, asks for an answer; with any other status it is over. */
const OPEN_DISPUTE = /^(warning_|appeal_)?(needs_response|under_review)$/;

/** Each asks Stripe for an object as it is now; rejects where Stripe has no such thing. */
export const objectReader = (
  stripe: Stripe,
  warn: Warn,
): { readonly [Kind in ObjectRef['kind']]: (id: string) => Promise<ProviderObject> } => ({
  subscription: async (id) => {
    const asked = await stripe.subscriptions.retrieve(id, { expand: [...SNAPSHOT_EXPANSIONS] });
    const subscription = shaped(asked, subscriptionShape(id), 'subscription');
    const invoices = isOwing(subscription) ? await latestInvoices(stripe, id) : [];
    return { kind: 'subscription', snapshot: snapshotOf(subscription, invoices, warn) };
  },
  invoice: async (id) => {
    const asked = await stripe.invoices.retrieve(id, { expand: [PAYMENTS_EXPANSION, 'customer'] });
    const invoice = shaped(asked, invoiceShape(id), 'invoice');
    const charges = await Promise.all(chargesOf(invoice).map((charge) => movedCharge(stripe, charge)));
    return {
      kind: 'invoice',
      receipt: receiptOf(invoice, await linesOf(stripe, invoice), movedBy(charges)),
      subscriptionId: idOf(invoice.parent?.subscription_details?.subscription) as SubscriptionId | null,
    };
  },
  checkout: async (id) => {
    const session = await stripe.checkout.sessions.retrieve(id);
    const { status, subscription } = shaped(session, checkoutShape(id), 'session');
    return {
      kind: 'checkout',
      sessionId: id,
      closed: status !== 'open',
      subscriptionId: idOf(subscription) as SubscriptionId | null,
    };
  },
  charge: async (id) => {
    const charge = shaped(await stripe.charges.retrieve(id), chargeShape(id), 'charge');
    return {
      kind: 'charge',
      chargeId: id,
      invoiceId: await invoicePaidBy(stripe, charge),
      suspect: await isSuspect(stripe, charge),
    };
  },
});

/** What Stripe does not know, or what could be no id of Stripe's. */
export const nothingOf = ({ kind, id }: ObjectRef): ProviderObject => {
  switch (kind) {
    case 'subscription':
      return { kind, snapshot: null };
    case 'invoice':
      return { kind, receipt: null, subscriptionId: null };
    case 'checkout':
      return { kind, sessionId: id, closed: false, subscriptionId: null };
    case 'charge':
      return { kind, chargeId: id, invoiceId: null, suspect: false };
  }
};

export const couldBe = ({ kind, id }: ObjectRef): boolean => {
  switch (kind) {
    case 'subscription':
      return isIdOf('sub', id);
    case 'invoice':
      return isIdOf('in', id);
    case 'checkout':
      return isIdOf('cs', id);
    case 'charge':
      return isIdOf('ch', id) || isIdOf('py', id);
  }
};

const movedCharge = async (stripe: Stripe, id: string): Promise<MovedCharge> => {
  const asked = await stripe.charges.retrieve(id, { expand: ['balance_transaction'] });
  const charge = shaped(asked, chargeShape(id), 'charge');
  return { charge, disputes: await disputesOf(stripe, charge) };
};

const disputesOf = async (stripe: Stripe, { id, disputed }: Stripe.Charge): Promise<readonly Stripe.Dispute[]> => {
  if (!disputed) return [];
  const disputes = await stripe.disputes.list({ charge: id, limit: MOST_LISTED });
  return shaped(disputes, pageShape(DISPUTE), 'disputes').data;
};

const isSuspect = async (stripe: Stripe, charge: Stripe.Charge): Promise<boolean> => {
  const warnings = await stripe.radar.earlyFraudWarnings.list({ charge: charge.id, limit: 1 });
  if (shaped(warnings, pageShape(FRAUD_WARNING), 'warnings').data.length > 0) return true;
  return (await disputesOf(stripe, charge)).some(({ status }) => OPEN_DISPUTE.test(status));
};

/** Years of them, where it is paid by the month. */
export const latestInvoices = async (stripe: Stripe, subscription: string): Promise<readonly Stripe.Invoice[]> => {
  const invoices = await stripe.invoices.list({ subscription, limit: MOST_LISTED });
  return shaped(invoices, pageShape(LISTED_INVOICE), 'invoices').data;
};

const linesOf = async (stripe: Stripe, { id, lines }: Stripe.Invoice): Promise<readonly Stripe.InvoiceLineItem[]> => {
  if (!lines.has_more) return lines.data;
  const all: Stripe.InvoiceLineItem[] = [];
  for await (const line of stripe.invoices.listLineItems(id, { limit: MOST_LISTED }))
    all.push(shaped(line, INVOICE_LINE, 'line'));
  return all;
};

const invoicePaidBy = async (stripe: Stripe, { payment_intent }: Stripe.Charge): Promise<InvoiceId | null> => {
  const intent = idOf(payment_intent);
  if (intent === null) return null;
  const payments = await stripe.invoicePayments.list({
    payment: { type: 'payment_intent', payment_intent: intent },
    limit: 1,
  });
  const [first] = shaped(payments, pageShape(INVOICE_PAYMENT), 'payments').data;
  return idOf(first?.invoice) as InvoiceId | null;
};
