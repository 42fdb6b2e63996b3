import { type Clock, type Instant, type Result, SECOND_MS, invariant, ok } from '@backline/core/kernel';
import type {
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
import type { StripeCircuit } from './circuit.ts';
import { customerOf } from './customers.ts';
import { couldBe, nothingOf, objectReader } from './objects.ts';
import { isIdOf } from './ids.ts';
import { payerOf } from './receipt.ts';
import { SNAPSHOT_EXPANSIONS, type Warn, snapshotOf } from './snapshot.ts';
import { webhookEventOf } from './webhook-event.ts';

const PAGE = 100;

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
  const demand = async <T>(question: () => Promise<T>): Promise<Result<T, PaymentsAway>> => {
    const answer = await circuit.ask(question);
    if (!answer.ok) return answer;
    invariant(answer.value !== null, 'Stripe does not have what was asked of it');
    return ok(answer.value);
  };

  return {
    customerFor: (payer) => demand(async () => (await customerOf(stripe, payer)) as CustomerId),
    openCheckout: (attempt, customer) => demand(() => sessionOf(stripe, shop, attempt, customer, clock.now())),
    openPortal: (customer) =>
      demand(async () => {
        const returnUrl = `${shop.publicUrl}/payments/account`;
        const { url } = await stripe.billingPortal.sessions.create({ customer, return_url: returnUrl });
        return { url };
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
      demand(async () =>
        pageOf(
          await stripe.events.list({ delivery_success: false, created: from(since), ...at(page) }),
          (event): WebhookEvent | null => webhookEventOf(event),
        ),
      ),
    allSubscriptions: (page) =>
      demand(async () =>
        pageOf(
          await stripe.subscriptions.list({
            status: 'all',
            expand: SNAPSHOT_EXPANSIONS.map((name) => `data.${name}`),
            ...at(page),
          }),
          (subscription): SubscriptionSnapshot | null => snapshotOf(subscription, warn),
        ),
      ),
    invoicesPaidSince: (since, page) =>
      demand(async () =>
        pageOf(
          await stripe.invoices.list({ status: 'paid', created: from(since), expand: ['data.customer'], ...at(page) }),
          (invoice): InvoiceId | null =>
            invoice.amount_paid > 0 && payerOf(invoice) !== null ? (invoice.id as InvoiceId) : null,
        ),
      ),
  };
};

const from = (since: Instant): { readonly gte: number } => ({ gte: Math.ceil(since / SECOND_MS) });

const at = (page: string | null) => ({ limit: PAGE, ...(page === null ? {} : { starting_after: page }) });

/** Those that are ours; the id of the last of all of them asks for the next page. */
const pageOf = <Theirs extends { readonly id: string }, Ours>(
  { data, has_more }: Pick<Stripe.ApiList<Theirs>, 'data' | 'has_more'>,
  toOurs: (theirs: Theirs) => Ours | null,
): ProviderPage<Ours> => ({
  items: data.map(toOurs).filter((each) => each !== null),
  next: has_more ? (data.at(-1)?.id ?? null) : null,
});
