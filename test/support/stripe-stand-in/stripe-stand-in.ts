import { type Clock, DAY_MS, MINUTE_MS } from '@backline/core/kernel';
import { type ApiCall, apiServer } from './api-server.ts';
import { type Books, type Card, type Terms, emptyBooks } from './books.ts';
import { chargeNamed, chargeRoutes } from './charges.ts';
import { checkoutSessionRoutes, concludeCheckout, payCheckout, sessionNamed } from './checkout-sessions.ts';
import { connectRoutes, setOnboarded } from './connect.ts';
import { type ConnectBooks, emptyConnectBooks } from './connect-objects.ts';
import { customerRoutes } from './customers.ts';
import { catchUp } from './cycle.ts';
import { type Deliveries, deliveries } from './deliveries.ts';
import { closeDispute, disputeRoutes, escalateDispute, openDispute } from './disputes.ts';
import { eventRoutes } from './events.ts';
import { fraudWarningRoutes, warnOfFraud } from './fraud-warnings.ts';
import { invoiceNamed, invoiceRoutes, payInvoice } from './invoices.ts';
import type { Dispute, EventType, FraudWarning, Refund, Subscription } from './objects.ts';
import { type Fault, type Trouble, outages } from './outages.ts';
import { paymentsOf } from './payment-intents.ts';
import { portalSessionRoutes } from './portal-sessions.ts';
import { type PriceTerms, addPrice, priceRoutes } from './prices.ts';
import { failRefund, refundCharge, refundRoutes } from './refunds.ts';
import { subscriptionNamed, subscriptionRoutes } from './subscriptions.ts';
import { become, end } from './subscribing.ts';

export type { ApiCall, Card, Fault, Trouble };

/** The version that stripe 23.1.0 is pinned to. */
export const API_VERSION = '2026-10-28.endive';

export type StandInOptions = {
  /** Shared with the app. Whatever comes due by it happens before the next answer. */
  readonly clock: Clock & { readonly advance: (durationMs: number) => void };
  readonly secretKey?: string;
  readonly webhookSecrets?: readonly string[];
  /** The endpoint hears of these only; left out: of all. */
  readonly eventTypes?: readonly EventType[];
  readonly price?: PriceTerms;
  readonly terms?: Partial<Terms>;
};

/** What people, banks and Stripe itself do; the ids are Stripe's. */
export type Actions = {
  /** False where the card is declined, or its owner does not consent: the session stays open. */
  readonly payCheckout: (sessionId: string, card?: Card | null) => boolean;
  /** Of a session that was paid by what is `slow`. */
  readonly concludeCheckout: (sessionId: string, succeeds: boolean) => void;
  /** By support, in Stripe's dashboard. */
  readonly cancel: (subscriptionId: string) => void;
  readonly setCard: (customerId: string, card: Card) => void;
  /** The fan pays what is owed on the invoice's own page. */
  readonly payInvoice: (invoiceId: string) => void;
  /** Of a paid invoice. */
  readonly chargeOf: (invoiceId: string) => string;
  /** Cents; left out: all that is left. A `pending` refund may still fail. */
  readonly refund: (chargeId: string, amount?: number, status?: 'succeeded' | 'pending') => Refund;
  readonly failRefund: (refundId: string) => void;
  readonly dispute: (chargeId: string, how?: Parameters<typeof openDispute>[2]) => Dispute;
  /** An inquiry becomes a dispute. */
  readonly escalateDispute: (disputeId: string) => void;
  readonly closeDispute: (disputeId: string, status: 'won' | 'lost' | 'warning_closed') => void;
  readonly warnOfFraud: (chargeId: string) => FraudWarning;
  /** Anything at all, a status that nobody has heard of too. */
  readonly rewriteSubscription: (id: string, changes: Partial<Subscription>) => void;
  readonly setOnboarded: (accountId: string, onboarded: boolean) => void;
};

export type StripeStandIn = {
  readonly secretKey: string;
  readonly priceId: string;
  readonly port: number;
  /** `http://127.0.0.1:PORT`, for `STRIPE_API_BASE`. */
  readonly url: string;
  readonly books: Books;
  readonly connect: ConnectBooks;
  readonly actions: Actions;
  readonly webhooks: Deliveries;
  readonly calls: readonly ApiCall[];
  readonly trouble: (trouble: Trouble) => void;
  readonly noTrouble: () => void;
  readonly down: () => Promise<void>;
  readonly up: () => Promise<void>;
  /** Moves the clock, and lets happen what comes due. */
  readonly advance: (durationMs: number) => void;
  readonly close: () => Promise<void>;
};

const TERMS: Terms = {
  // The usual fee in the United States: 2.9 % and 30 cents.
  feeOf: (amount) => (amount === 0 ? 0 : Math.round(amount * 0.029) + 30),
  tax: null,
  // docs.stripe.com/billing/revenue-recovery/smart-retries: by default eight tries in two weeks; here fewer.
  dunning: { retriesAfterMs: [3 * DAY_MS, 5 * DAY_MS, 7 * DAY_MS], atLast: 'cancel' },
  // docs.stripe.com/search#data-freshness
  searchLagMs: MINUTE_MS,
};

/** An account at Stripe, as far as Backline knows Stripe: it keeps its state in memory and speaks its HTTP. */
export const stripeStandIn = async (options: StandInOptions): Promise<StripeStandIn> => {
  const { clock, secretKey = 'sk_test_stand_in', webhookSecrets = ['whsec_stand_in'] } = options;
  const books = emptyBooks(clock, API_VERSION, { ...TERMS, ...options.terms });
  const connect = emptyConnectBooks();
  const faults = outages();
  const price = addPrice(books, { id: 'price_monthly', amount: 1_000, ...options.price });
  const webhooks = deliveries(books, {
    secrets: webhookSecrets,
    ...(options.eventTypes === undefined ? {} : { types: options.eventTypes }),
  });
  const server = await apiServer({
    books,
    connected: (id) => connect.accounts.get(id) ?? connect.transfers.get(id) ?? null,
    routes: [
      ...customerRoutes,
      ...priceRoutes,
      ...checkoutSessionRoutes,
      ...subscriptionRoutes,
      ...invoiceRoutes,
      ...chargeRoutes,
      ...refundRoutes,
      ...disputeRoutes,
      ...fraudWarningRoutes,
      ...portalSessionRoutes,
      ...eventRoutes,
      ...connectRoutes(connect),
    ],
    outages: faults,
    secretKey,
    apiVersion: API_VERSION,
    catchUp: () => catchUp(books),
  });
  return {
    secretKey,
    priceId: price.id,
    port: server.port,
    url: `http://127.0.0.1:${server.port}`,
    books,
    connect,
    actions: actionsOn(books, connect),
    webhooks: { ...webhooks, take: () => (catchUp(books), webhooks.take()) },
    calls: server.calls,
    trouble: faults.begin,
    noTrouble: faults.clear,
    down: server.down,
    up: server.up,
    advance: (durationMs) => {
      clock.advance(durationMs);
      catchUp(books);
    },
    close: server.down,
  };
};

const actionsOn = (books: Books, connect: ConnectBooks): Actions => {
  const timely =
    <Args extends readonly unknown[], T>(act: (...args: Args) => T) =>
    (...args: Args): T => {
      catchUp(books);
      return act(...args);
    };
  return {
    payCheckout: timely((id, card = 'works') => payCheckout(books, sessionNamed(books, id), card)),
    concludeCheckout: timely((id, succeeds) => concludeCheckout(books, sessionNamed(books, id), succeeds)),
    cancel: timely((id) => end(books, subscriptionNamed(books, id), 'cancellation_requested')),
    setCard: timely((customer, card) => void books.cards.set(customer, card)),
    payInvoice: timely((id) => {
      const invoice = invoiceNamed(books, id);
      books.cards.set(invoice.customer, 'works');
      payInvoice(books, invoice, false);
    }),
    chargeOf: (invoiceId) => {
      const payment = paymentsOf(books, invoiceId)[0]!;
      return books.paymentIntents.get(payment.payment.payment_intent)!.latest_charge!;
    },
    refund: timely((id, amount, status) => refundCharge(books, chargeNamed(books, id), amount ?? null, status)),
    failRefund: timely((id) => failRefund(books, books.refunds.get(id)!)),
    dispute: timely((id, how) => openDispute(books, chargeNamed(books, id), how)),
    escalateDispute: timely((id) => escalateDispute(books, books.disputes.get(id)!)),
    closeDispute: timely((id, status) => closeDispute(books, books.disputes.get(id)!, status)),
    warnOfFraud: timely((id) => warnOfFraud(books, chargeNamed(books, id))),
    rewriteSubscription: timely((id, changes) => become(books, subscriptionNamed(books, id), changes)),
    setOnboarded: timely((id, onboarded) => setOnboarded(books, connect.accounts.get(id)!, onboarded)),
  };
};
