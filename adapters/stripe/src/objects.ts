import type { InvoiceId, ObjectRef, ProviderObject, SubscriptionId } from '@backline/core/subscriptions';
import type { Stripe } from 'stripe';
import { idOf, isIdOf } from './ids.ts';
import { type MovedCharge, PAYMENTS_EXPANSION, chargesOf, movedBy } from './moved.ts';
import { receiptOf } from './receipt.ts';
import { SNAPSHOT_EXPANSIONS, type Warn, snapshotOf } from './snapshot.ts';

const MOST_LISTED = 100;

/** Each asks Stripe for an object as it is now; rejects where Stripe has no such thing. */
export const objectReader = (
  stripe: Stripe,
  warn: Warn,
): { readonly [Kind in ObjectRef['kind']]: (id: string) => Promise<ProviderObject> } => ({
  subscription: async (id) => ({
    kind: 'subscription',
    snapshot: snapshotOf(await stripe.subscriptions.retrieve(id, { expand: [...SNAPSHOT_EXPANSIONS] }), warn),
  }),
  invoice: async (id) => {
    const invoice = await stripe.invoices.retrieve(id, { expand: [PAYMENTS_EXPANSION, 'customer'] });
    const charges = await Promise.all(chargesOf(invoice).map((charge) => movedCharge(stripe, charge)));
    return {
      kind: 'invoice',
      receipt: receiptOf(invoice, await linesOf(stripe, invoice), movedBy(charges)),
      subscriptionId: idOf(invoice.parent?.subscription_details?.subscription) as SubscriptionId | null,
    };
  },
  checkout: async (id) => {
    const { status, subscription } = await stripe.checkout.sessions.retrieve(id);
    return {
      kind: 'checkout',
      sessionId: id,
      closed: status !== 'open',
      subscriptionId: idOf(subscription) as SubscriptionId | null,
    };
  },
  charge: async (id) => {
    const charge = await stripe.charges.retrieve(id);
    const warnings = await stripe.radar.earlyFraudWarnings.list({ charge: id, limit: 1 });
    return {
      kind: 'charge',
      chargeId: id,
      invoiceId: await invoicePaidBy(stripe, charge),
      suspect: warnings.data.length > 0,
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
  const charge = await stripe.charges.retrieve(id, { expand: ['balance_transaction'] });
  const disputes = charge.disputed ? (await stripe.disputes.list({ charge: id, limit: MOST_LISTED })).data : [];
  return { charge, disputes };
};

const linesOf = async (stripe: Stripe, { id, lines }: Stripe.Invoice): Promise<readonly Stripe.InvoiceLineItem[]> => {
  if (!lines.has_more) return lines.data;
  const all: Stripe.InvoiceLineItem[] = [];
  for await (const line of stripe.invoices.listLineItems(id, { limit: MOST_LISTED })) all.push(line);
  return all;
};

const invoicePaidBy = async (stripe: Stripe, { payment_intent }: Stripe.Charge): Promise<InvoiceId | null> => {
  const intent = idOf(payment_intent);
  if (intent === null) return null;
  const payments = await stripe.invoicePayments.list({
    payment: { type: 'payment_intent', payment_intent: intent },
    limit: 1,
  });
  return idOf(payments.data[0]?.invoice) as InvoiceId | null;
};
