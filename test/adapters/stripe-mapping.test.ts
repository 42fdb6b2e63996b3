import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import type { Email, UserId } from '@backline/core/accounts';
import { DAY_MS, HOUR_MS, type Instant, SECOND_MS, after, before, instant, micros, money } from '@backline/core/kernel';
import {
  type CheckoutId,
  type CustomerId,
  type ObjectRef,
  type ProviderObject,
  type Receipt,
  type SubscriptionSnapshot,
  usualFee,
} from '@backline/core/subscriptions';
import { stripePayments } from '@backline/stripe';
import { START, valueOf } from '../core/platform.ts';
import { type StripeAdapter, WEBHOOK_SECRET, openStripe } from '../support/stripe-platform.ts';
import { change } from '../support/stripe-stand-in/books.ts';
import type { Charge, Invoice, InvoiceLine, Stripe, Subscription } from '../support/stripe-stand-in/objects.ts';
import type { StandInOptions } from '../support/stripe-stand-in/stripe-stand-in.ts';

const FAN = 7 as UserId;

const cents = (amount: number): bigint => BigInt(amount) * 10_000n;

let adapter: StripeAdapter;
let subscription: Subscription;
let invoice: Invoice;
let charge: Charge;

/** A fan has just subscribed; what Stripe keeps of that can be changed at will. */
const open = async (options: Partial<StandInOptions> = {}): Promise<void> => {
  await adapter?.standIn.close();
  const { clock: _clock, ...rest } = options;
  adapter = await openStripe(rest);
  const { gateway, standIn, clock } = adapter;
  const customer = valueOf(await gateway.customerFor({ userId: FAN, email: 'fan7@example.com' as Email }));
  const attempt = { id: randomUUID() as CheckoutId, userId: FAN, createdAt: clock.now(), hosted: null, closedAt: null };
  const { sessionId } = valueOf(await gateway.openCheckout(attempt, customer));
  standIn.actions.payCheckout(sessionId);
  const { books } = standIn;
  subscription = books.subscriptions.get(books.sessions.get(sessionId)!.subscription!)!;
  invoice = latestInvoice();
  charge = books.charges.get(standIn.actions.chargeOf(invoice.id))!;
};

beforeEach(() => open());
afterEach(() => adapter.standIn.close());

const latestInvoice = (): Invoice => adapter.standIn.books.invoices.get(String(subscription.latest_invoice))!;

const fetched = async <Kind extends ObjectRef['kind']>(
  kind: Kind,
  id: string,
): Promise<Extract<ProviderObject, { kind: Kind }>> =>
  valueOf(await adapter.gateway.fetch({ kind, id })) as Extract<ProviderObject, { kind: Kind }>;

const snapshot = async (): Promise<SubscriptionSnapshot | null> =>
  (await fetched('subscription', subscription.id)).snapshot;

const receipt = async (): Promise<Receipt | null> => (await fetched('invoice', invoice.id)).receipt;

const at = (seconds: number): Instant => instant(seconds * SECOND_MS);

const periodEnd = (): Instant => at(subscription.items.data[0]!.current_period_end);

describe('a subscription of Stripe', () => {
  test.each([
    ['active', null, 'open', 'active'],
    ['active', 'void', 'paid', 'active'],
    ['active', 'void', 'void', 'paused'],
    ['active', 'keep_as_draft', 'draft', 'paused'],
    ['active', 'mark_uncollectible', 'uncollectible', 'paused'],
    ['past_due', 'void', 'open', 'paused'],
    ['past_due', null, 'open', 'past_due'],
    ['canceled', 'void', 'void', 'canceled'],
    ['trialing', 'void', 'void', 'trialing'],
    ['paused', null, 'paid', 'paused'],
    ['napping', null, 'paid', 'unknown'],
  ] as const)('that is %s, its collection paused by %s and its invoice %s, is %s', async (status, behavior, of, is) => {
    change(subscription, { status, pause_collection: behavior === null ? null : { behavior, resumes_at: null } });
    change(invoice, { status: of });
    expect(await snapshot()).toMatchObject({ status: is });
    expect(adapter.warnings).toHaveLength(is === 'unknown' ? 1 : 0);
  });

  test('is overdue since the first month that was not paid, whatever months follow', async () => {
    await open({
      terms: { dunning: { retriesAfterMs: [DAY_MS], atLast: 'past_due' } },
    });
    const { standIn, clock } = adapter;
    standIn.actions.setCard(subscription.customer, 'declines');
    standIn.advance(periodEnd() - clock.now() + 2 * HOUR_MS);
    const first = latestInvoice();
    const since = at(first.status_transitions.finalized_at!);
    expect(await snapshot()).toMatchObject({
      status: 'past_due',
      pastDueSince: since,
      payUrl: first.hosted_invoice_url,
    });

    standIn.advance(periodEnd() - clock.now() + 2 * HOUR_MS);
    expect(latestInvoice().id).not.toBe(first.id);
    const later = await snapshot();
    expect(later).toMatchObject({
      status: 'past_due',
      pastDueSince: since,
      payUrl: latestInvoice().hosted_invoice_url,
    });
    expect(await adapter.gateway.allSubscriptions(null)).toMatchObject({ value: { items: [later] } });

    // What was given up before a month that was paid is no debt of now.
    change(invoice, { status: 'uncollectible' });
    change(first, { status: 'paid' });
    expect(await snapshot()).toMatchObject({ pastDueSince: at(latestInvoice().status_transitions.finalized_at!) });
    change(latestInvoice(), { status: 'draft' });
    expect(await snapshot()).toMatchObject({ pastDueSince: later!.currentPeriodStart, payUrl: null });
  });

  test.each([
    ['its period', 0, true],
    ['the middle of it', -15 * DAY_MS, true],
    ['the next one', 15 * DAY_MS, false],
  ])('that is to end with %s', async (_, laterMs, ends) => {
    change(subscription, { cancel_at: after(periodEnd(), laterMs) / SECOND_MS });
    expect(await snapshot()).toMatchObject({ cancelAtPeriodEnd: ends });
  });

  test.each([
    [{ userId: '8' }, { userId: '7' }, 8],
    [{}, { userId: '7' }, 7],
    [{ userId: '007' }, {}, null],
    [{ userId: '-7' }, {}, null],
    [{ userId: '9007199254740993' }, {}, null],
    [{}, {}, null],
  ])('named by %j, its customer by %j, is %s’s', async (own, customers, userId) => {
    change(subscription, { metadata: own as Stripe.Metadata });
    const customer = adapter.standIn.books.customers.get(subscription.customer) as Stripe.Customer;
    change(customer, { metadata: customers as Stripe.Metadata });
    expect((await snapshot())?.userId ?? null).toBe(userId);
  });
});

/** Like those of Stripe: what an invoice comes to is the sum of its lines, less discounts, with tax. */
const anyLine = fc.record({
  amount: fc.integer({ min: -2_000, max: 5_000 }),
  discountPercent: fc.nat({ max: 100 }),
  start: fc.integer({ min: START / SECOND_MS, max: START / SECOND_MS + 86_400 }),
  lasts: fc.nat({ max: 40 * 86_400 }),
});

const line = (changes: Partial<InvoiceLine>): InvoiceLine => ({
  ...invoice.lines.data[0]!,
  discount_amounts: [],
  taxes: [],
  ...changes,
});
const withLines = (data: InvoiceLine[]) => ({ lines: { ...invoice.lines, data } });

describe('a receipt of what was paid at Stripe', () => {
  test('its lines add up to what was paid without tax, whatever was taken off, and keep their own times', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyLine, { maxLength: 5 }),
        fc.integer({ min: 1, max: 20_000 }),
        fc.nat({ max: 100 }),
        async (lines, paid, taxPercent) => {
          const tax = Math.floor((paid * taxPercent) / 200);
          change(invoice, {
            amount_paid: paid,
            total: paid,
            total_taxes: [{ ...TAX, amount: tax }],
            ...withLines(
              lines.map(({ amount, discountPercent, start, lasts }) =>
                line({
                  amount,
                  discount_amounts: [
                    { amount: Math.trunc((Math.max(0, amount) * discountPercent) / 100), discount: 'di_1' },
                  ],
                  period: { start, end: start + lasts },
                }),
              ),
            ),
          });
          const { lines: parts, ...of } = (await receipt())!;
          expect(parts.reduce((sum, { amount }) => sum + amount, 0n)).toBe(of.paid.micros - of.tax);
          expect(parts).toHaveLength(Math.max(1, lines.length));
          for (const [index, { start, lasts }] of lines.entries())
            expect(parts[index]).toMatchObject({
              serviceFrom: at(start),
              serviceUntil: at(start + Math.max(1, lasts)),
            });
        },
      ),
      { numRuns: 60 },
    );
  });

  test('a discount is its own line’s alone', async () => {
    change(invoice, {
      amount_paid: 1_500,
      total: 1_500,
      ...withLines([
        line({ amount: 1_000 }),
        line({ amount: 1_000, discount_amounts: [{ amount: 500, discount: 'di_1' }] }),
      ]),
    });
    expect(await receipt()).toMatchObject({
      paid: { micros: cents(1_500) },
      lines: [{ amount: cents(1_000) }, { amount: cents(500) }],
    });
  });

  test('what a credit paid is not in it, and the tax only for its part', async () => {
    change(invoice, { amount_paid: 600, total: 1_200, total_taxes: [{ ...TAX, amount: 200 }] });
    expect(await receipt()).toMatchObject({
      paid: { micros: cents(600) },
      tax: cents(100),
      lines: [{ amount: cents(500) }],
    });
  });

  test('there is none for nothing', async () => {
    change(invoice, { amount_paid: 0, total: 0 });
    expect(await receipt()).toBeNull();
  });

  test('without a figure of Stripe’s the fee is the usual one', async () => {
    change(charge, { balance_transaction: null });
    expect(await receipt()).toMatchObject({
      fee: usualFee(money(micros(cents(1_000)), (await receipt())!.paid.currency)),
    });
  });

  test('a fee in the account’s own currency is told in the invoice’s, by the same rate, rounded up', async () => {
    // EUR 9.00 settled for GBP 10.00 has a fee of GBP 0.59: EUR 0.531.
    change(invoice, { currency: 'eur', amount_paid: 900, total: 900 });
    change(charge, { currency: 'eur', amount: 900 });
    const { books, actions } = adapter.standIn;
    const settled = books.balanceTransactions.get(charge.balance_transaction!)!;
    change(settled, { currency: 'gbp' });
    expect(await receipt()).toMatchObject({ fee: cents(54) });

    const dispute = actions.dispute(charge.id, { amount: 900 });
    change(dispute.balance_transactions[0]!, { amount: -1_000, currency: 'gbp' });
    expect(await receipt()).toMatchObject({ disputed: cents(900) });
  });

  test('two payments: their fees and refunds together', async () => {
    const { books } = adapter.standIn;
    const [payment] = [...books.invoicePayments.values()];
    const intent = books.paymentIntents.get(payment!.payment.payment_intent)!;
    books.charges.set('ch_second', { ...charge, id: 'ch_second', amount_refunded: 30 });
    books.paymentIntents.set('pi_second', { ...intent, id: 'pi_second', latest_charge: 'ch_second' });
    books.invoicePayments.set('inpay_second', {
      ...payment!,
      id: 'inpay_second',
      payment: { type: 'payment_intent', payment_intent: 'pi_second' },
    });
    change(charge, { amount_refunded: 70 });
    expect(await receipt()).toMatchObject({ fee: cents(2 * 59), refunded: cents(100) });
  });

  test('what did not succeed had no part in it', async () => {
    const [payment] = [...adapter.standIn.books.invoicePayments.values()];
    change(payment!, { status: 'canceled' });
    expect(await receipt()).toMatchObject({ fee: 0n });
  });
});

const TAX: Stripe.Invoice.TotalTax = {
  amount: 0,
  tax_behavior: 'exclusive',
  tax_rate_details: null,
  taxability_reason: 'standard_rated',
  taxable_amount: null,
  type: 'tax_rate_details',
};

describe('a charge of Stripe', () => {
  test.each([
    ['needs_response', true],
    ['under_review', true],
    ['warning_needs_response', true],
    ['warning_closed', false],
    ['won', false],
    ['lost', false],
    ['prevented', false],
  ])('whose dispute is %s: suspect is %s', async (status, suspect) => {
    change(adapter.standIn.actions.dispute(charge.id), { status });
    expect(await fetched('charge', charge.id)).toMatchObject({ invoiceId: invoice.id, suspect });
  });
});

const paidSince = async (since: Instant) => valueOf(await adapter.gateway.invoicesPaidSince(since, null)).items;

describe('invoices paid since', () => {
  test('are those that were paid since, however long ago they were made', async () => {
    expect(await paidSince(before(START, HOUR_MS))).toEqual([invoice.id]);
    expect(await paidSince(after(START, SECOND_MS))).toEqual([]);
    change(invoice, { created: before(START, 60 * DAY_MS) / SECOND_MS });
    expect(await paidSince(before(START, HOUR_MS))).toEqual([invoice.id]);
  });
});

const wrong = <T extends object>(object: T, member: keyof T, value: unknown): void =>
  void Object.assign(object, { [member]: value });
const idOf = (kind: ObjectRef['kind']): string => {
  const [session] = adapter.standIn.books.sessions.keys();
  return { subscription: subscription.id, invoice: invoice.id, charge: charge.id, checkout: session! }[kind];
};

describe('a checkout whose answer was lost', () => {
  test('is begun anew where the price or the address has changed since: the same key would be refused', async () => {
    const { standIn, clock, gateway } = adapter;
    const attempt = {
      id: randomUUID() as CheckoutId,
      userId: FAN,
      createdAt: clock.now(),
      hosted: null,
      closedAt: null,
    };
    const customer = subscription.customer as CustomerId;
    const lost = valueOf(await gateway.openCheckout(attempt, customer));
    const moved = stripePayments({
      secretKey: standIn.secretKey,
      webhookSecrets: [WEBHOOK_SECRET],
      priceId: standIn.priceId,
      apiBase: standIn.url,
      publicUrl: 'https://elsewhere.example.com',
      clock,
      warn: () => undefined,
    });
    const { sessionId } = valueOf(await moved.gateway.openCheckout(attempt, customer));
    expect(sessionId).not.toBe(lost.sessionId);
    expect(standIn.books.sessions.get(sessionId)!.success_url).toMatch(/^https:\/\/elsewhere\.example\.com\//);
  });
});

describe('an answer that is not what Stripe promises', () => {
  const WRONG: readonly (readonly [string, ObjectRef['kind'], () => void, string])[] = [
    [
      'no period',
      'subscription',
      () => wrong(subscription.items.data[0]!, 'current_period_start', undefined),
      'items.data[0].current_period_start',
    ],
    [
      'a period in words',
      'subscription',
      () => wrong(subscription.items.data[0]!, 'current_period_end', 'soon'),
      'items.data[0].current_period_end',
    ],
    ['an end beyond all time', 'subscription', () => wrong(subscription, 'ended_at', 8_640_000_000_001), 'ended_at'],
    ['no status', 'subscription', () => wrong(subscription, 'status', null), 'status'],
    [
      'a page that is a script',
      'subscription',
      () => wrong(invoice, 'hosted_invoice_url', 'javascript:alert(1)'),
      'latest_invoice',
    ],
    ['half a cent', 'invoice', () => wrong(invoice, 'amount_paid', 999.5), 'amount_paid'],
    ['less than nothing', 'invoice', () => wrong(invoice, 'amount_paid', -1), 'amount_paid'],
    ['text for an amount', 'invoice', () => wrong(invoice.lines.data[0]!, 'amount', '1000'), 'lines.data[0].amount'],
    ['no such currency', 'invoice', () => wrong(invoice, 'currency', 'dollars'), 'currency'],
    ['no lines', 'invoice', () => wrong(invoice, 'lines', null), 'lines'],
    ['a refund in words', 'invoice', () => wrong(charge, 'amount_refunded', 'all'), 'amount_refunded'],
    [
      'a dispute without figures',
      'invoice',
      () => wrong(adapter.standIn.actions.dispute(charge.id), 'balance_transactions', null),
      'balance_transactions',
    ],
    [
      'a session that is a number',
      'checkout',
      () => wrong([...adapter.standIn.books.sessions.values()][0]!, 'status', 1),
      'status',
    ],
    ['another charge', 'charge', () => wrong(charge, 'id', 'ch_other'), 'charge.id'],
  ];
  test.each(WRONG)(
    '%s: nothing is taken over of it, and someone is told where it is',
    async (_, kind, spoil, place) => {
      const id = idOf(kind);
      spoil();
      for (let time = 0; time < 6; time += 1)
        expect(await adapter.gateway.fetch({ kind, id })).toMatchObject({
          ok: false,
          error: { code: 'payments_away' },
        });
      expect(adapter.warnings).toHaveLength(6);
      expect(adapter.warnings[0]).toContain(place);
      // Stripe is there: one object that can't be read does not keep the others away.
      expect(adapter.circuit.state()).toBe('closed');
      expect(adapter.circuit.calls()).toMatchObject({ misshapen: 6, away: 0 });
    },
  );
});
