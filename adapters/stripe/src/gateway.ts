import {
  type Clock,
  DAY_MS,
  type Instant,
  type Result,
  SECOND_MS,
  before,
  err,
  invariant,
  ok,
} from '@backline/core/kernel';
import type {
  CustomerGone,
  CustomerId,
  InvoiceId,
  PaymentGateway,
  PaymentsAway,
  ProviderPage,
  SubscriptionSnapshot,
  WebhookEvent,
} from '@backline/core/subscriptions';
import type { Stripe } from 'stripe';
import { type Shop, sessionOf } from './checkout-sessions.ts';
import { NoSuchCustomer, type Patience, type StripeCircuit } from './circuit.ts';
import { customerOf } from './customers.ts';
import { couldBe, latestInvoices, nothingOf, objectReader } from './objects.ts';
import { isIdOf } from './ids.ts';
import { payerOf } from './receipt.ts';
import { type Shape, having, shaped, text } from './shape.ts';
import { LISTED_INVOICE, LISTED_SUBSCRIPTION, PORTAL_SESSION, pageShape } from './shapes.ts';
import { SNAPSHOT_EXPANSIONS, instantOf, isOwing, snapshotOf } from './snapshot.ts';
import type { Warn } from './warn.ts';
import { webhookEventOf } from './webhook-event.ts';

const PAGE = 100;

/** How long after it was made an invoice may still be paid: Stripe tries for two months at most. */
const LATEST_PAID_MS = 70 * DAY_MS;

export const stripePaymentGateway = (options: {
  readonly stripe: Stripe;
  readonly circuit: StripeCircuit;
  readonly shop: Shop;
  readonly clock: Clock;
  readonly warn: Warn;
}): PaymentGateway => {
  const { stripe, circuit, shop, clock, warn } = options;
  const read = objectReader(stripe, warn);

  /** For questions to which "there is none" is no answer. */
  const demand = async <T>(question: () => Promise<T>, patience?: Patience): Promise<Result<T, PaymentsAway>> => {
    const answer = await circuit.ask(question, patience);
    if (!answer.ok) return answer;
    invariant(answer.value !== null, 'Stripe does not have what was asked of it');
    return ok(answer.value);
  };

  /** For questions about a customer, who may have been deleted in Stripe's dashboard. */
  const demandOf = async <T>(
    question: () => Promise<T>,
    patience?: Patience,
  ): Promise<Result<T, PaymentsAway | CustomerGone>> => {
    try {
      return await demand(question, patience);
    } catch (thrown) {
      if (thrown instanceof NoSuchCustomer) return err({ code: 'customer_gone' });
      throw thrown;
    }
  };

  /** A question for each, so that many of them have the time that they need. */
  const invoicesOfOwing = async (
    subscriptions: readonly Stripe.Subscription[],
  ): Promise<Result<ReadonlyMap<string, readonly Stripe.Invoice[]>, PaymentsAway>> => {
    const found = new Map<string, readonly Stripe.Invoice[]>();
    for (const { id } of subscriptions.filter(isOwing)) {
      const invoices = await demand(() => latestInvoices(stripe, id));
      if (!invoices.ok) return invoices;
      found.set(id, invoices.value);
    }
    return ok(found);
  };

  return {
    // A first checkout needs both.
    customerFor: (payer) => demand(async () => (await customerOf(stripe, payer, clock.now())) as CustomerId, 'half'),
    openCheckout: (attempt, customer) =>
      demandOf(() => sessionOf(stripe, shop, attempt, customer, clock.now()), 'half'),
    openPortal: (customer) =>
      demandOf(async () => {
        const returnUrl = `${shop.publicUrl}/payments/account`;
        const session = await stripe.billingPortal.sessions.create({ customer, return_url: returnUrl });
        return { url: shaped(session, PORTAL_SESSION, 'portal').url };
      }),
    fetch: async (ref) => {
      if (!couldBe(ref)) return ok(nothingOf(ref));
      const found = await circuit.ask(() => read[ref.kind](ref.id));
      return found.ok ? ok(found.value ?? nothingOf(ref)) : found;
    },
    cancel: async (id) => {
      if (!isIdOf('sub', id)) return ok(null);
      const cancelled = await circuit.ask(() => stripe.subscriptions.cancel(id));
      return cancelled.ok ? ok(null) : cancelled;
    },
    forgetCustomer: async (customer) => {
      const forgotten = await circuit.ask(() => stripe.customers.del(customer));
      return forgotten.ok ? ok(null) : forgotten;
    },
    undelivered: (since, page) =>
      demand(async () => {
        const asked = await stripe.events.list({ delivery_success: false, created: from(since), ...at(page) });
        return pageOf(pageIn(asked, having({ id: text }), 'events'), (event): WebhookEvent | null =>
          webhookEventOf(event),
        );
      }),
    allSubscriptions: async (page) => {
      const listed = await demand(async () => {
        const expand = SNAPSHOT_EXPANSIONS.map((name) => `data.${name}`);
        const asked = await stripe.subscriptions.list({ status: 'all', expand, ...at(page) });
        return pageIn(asked, LISTED_SUBSCRIPTION, 'subscriptions');
      });
      if (!listed.ok) return listed;
      const invoices = await invoicesOfOwing(listed.value.data);
      if (!invoices.ok) return invoices;
      return ok(
        pageOf(listed.value, (subscription): SubscriptionSnapshot | null =>
          snapshotOf(subscription, invoices.value.get(subscription.id) ?? [], warn),
        ),
      );
    },
    invoicesPaidSince: (since, page) =>
      demand(async () => {
        const asked = await stripe.invoices.list({
          status: 'paid',
          created: from(before(since, LATEST_PAID_MS)),
          expand: ['data.customer'],
          ...at(page),
        });
        return pageOf(pageIn(asked, LISTED_INVOICE, 'invoices'), (invoice): InvoiceId | null =>
          isPaidSince(invoice, since) && payerOf(invoice) !== null ? (invoice.id as InvoiceId) : null,
        );
      }),
  };
};

const from = (since: Instant): { readonly gte: number } => ({ gte: Math.max(0, Math.ceil(since / SECOND_MS)) });

const isPaidSince = ({ amount_paid, status_transitions }: Stripe.Invoice, since: Instant): boolean => {
  const paidAt = instantOf(status_transitions.paid_at);
  return amount_paid > 0 && paidAt !== null && paidAt >= since;
};

const at = (page: string | null) => ({ limit: PAGE, ...(page === null ? {} : { starting_after: page }) });

type Page<Item> = Pick<Stripe.ApiList<Item>, 'data' | 'has_more'>;

const pageIn = <Item>(asked: Page<Item>, item: Shape, name: string): Page<Item> => shaped(asked, pageShape(item), name);

/** Those that are ours; the id of the last of all of them asks for the next page. */
const pageOf = <Theirs extends { readonly id: string }, Ours>(
  { data, has_more }: Page<Theirs>,
  toOurs: (theirs: Theirs) => Ours | null,
): ProviderPage<Ours> => ({
  items: data.map(toOurs).filter((each) => each !== null),
  next: has_more ? (data.at(-1)?.id ?? null) : null,
});
