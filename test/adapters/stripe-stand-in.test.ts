import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, instant } from '@backline/core/kernel';
import { type SteppingClock, steppingClock } from '@backline/memory';
import { Stripe } from 'stripe';
import { forgedFields, olderSnapshots } from '../support/stripe-stand-in/lies.ts';
import {
  API_VERSION,
  type StandInOptions,
  type StripeStandIn,
  stripeStandIn,
} from '../support/stripe-stand-in/stripe-stand-in.ts';

const START = instant(Date.parse('2026-01-31T12:00:00Z'));
const SECRET = 'whsec_stand_in';

let clock: SteppingClock;
let standIn: StripeStandIn;
let stripe: Stripe;

const connect = (key = standIn.secretKey, settings: Stripe.StripeConfig = {}): Stripe =>
  new Stripe(key, {
    host: '127.0.0.1',
    port: standIn.port,
    protocol: 'http',
    maxNetworkRetries: 0,
    telemetry: false,
    ...settings,
  });
const open = async (options: Partial<StandInOptions> = {}): Promise<void> => {
  await standIn?.close();
  clock = steppingClock(START);
  standIn = await stripeStandIn({ clock, ...options });
  stripe = connect();
};
beforeEach(() => open());
afterEach(() => standIn.close());

const seconds = (text: string): number => Date.parse(text) / SECOND_MS;

const startSession = async (
  params: Partial<Stripe.Checkout.SessionCreateParams> = {},
  options: Stripe.RequestOptions = {},
): Promise<Stripe.Checkout.Session> =>
  stripe.checkout.sessions.create(
    {
      mode: 'subscription',
      customer: params.customer ?? (await stripe.customers.create({ email: 'fan@example.com' })).id,
      line_items: [{ price: standIn.priceId, quantity: 1 }],
      client_reference_id: '7',
      metadata: { userId: '7' },
      subscription_data: { metadata: { userId: '7' } },
      success_url: 'https://app.example.com/paid',
      cancel_url: 'https://app.example.com/cancelled',
      ...params,
    },
    options,
  );

const subscribe = async (
  params: Partial<Stripe.Checkout.SessionCreateParams> = {},
): Promise<{ readonly session: string; readonly id: string; readonly customer: string; readonly invoice: string }> => {
  const { id: session } = await startSession(params);
  standIn.actions.payCheckout(session);
  const done = await stripe.checkout.sessions.retrieve(session);
  return {
    session,
    id: String(done.subscription),
    customer: String(done.customer),
    invoice: String(done.invoice),
  };
};

const typesSent = (): readonly string[] => standIn.webhooks.take().map(({ event }) => event.type);

const failing = async (promise: Promise<unknown>): Promise<Stripe.errors.StripeError> => {
  try {
    await promise;
  } catch (error) {
    if (error instanceof Stripe.errors.StripeError) return error;
    throw error;
  }
  throw new Error('it was answered');
};

describe("the stand-in's conventions", () => {
  test('a wrong key is 401; another API version is 400; an unknown address is 404', async () => {
    expect(await failing(connect('sk_test_wrong').customers.list())).toMatchObject({
      statusCode: 401,
      type: 'StripeAuthenticationError',
    });
    const other = connect(standIn.secretKey, { apiVersion: '2019-01-01' as typeof API_VERSION });
    expect(await failing(other.customers.list())).toMatchObject({ statusCode: 400 });
    expect(await failing(stripe.products.list())).toMatchObject({ statusCode: 404 });
  });

  test('its version is the one that the SDK is made for', () => {
    expect(Stripe.API_VERSION).toBe(API_VERSION);
  });

  test('every answer has a request id of its own, errors too', async () => {
    const ids = [
      (await stripe.customers.create({})).lastResponse.requestId,
      (await stripe.customers.list()).lastResponse.requestId,
      (await failing(stripe.customers.retrieve('cus_none'))).requestId,
    ];
    expect(new Set(ids).size).toBe(3);
    for (const id of ids) expect(id).toMatch(/^req_/);
  });

  test('what is not there is 404 in an address and 400 in a parameter', async () => {
    expect(await failing(stripe.customers.retrieve('cus_none'))).toMatchObject({
      statusCode: 404,
      code: 'resource_missing',
      message: "No such customer: 'cus_none'",
    });
    expect(await failing(startSession({ customer: 'cus_none' }))).toMatchObject({
      statusCode: 400,
      code: 'resource_missing',
      param: 'customer',
    });
  });

  test('a parameter that an endpoint does not have is refused by its name', async () => {
    const unknown = { emial: 'fan@example.com' } as Stripe.CustomerCreateParams;
    expect(await failing(stripe.customers.create(unknown))).toMatchObject({
      statusCode: 400,
      code: 'parameter_unknown',
      param: 'emial',
    });
    expect(await failing(startSession({ line_items: [{ price: 'price_none', quantity: 1 }] }))).toMatchObject({
      code: 'resource_missing',
    });
  });

  test('forms nest: metadata, lists, empty values that take away', async () => {
    const { id } = await stripe.customers.create({ metadata: { a: '1', b: 'x&y=z[0]' }, name: 'Zoë 🎸' });
    await stripe.customers.update(id, { metadata: { a: '', c: '3' }, name: '' });
    expect(await stripe.customers.retrieve(id)).toMatchObject({ metadata: { b: 'x&y=z[0]', c: '3' }, name: null });
  });

  test('expand puts objects in the place of ids, four levels deep and no deeper', async () => {
    const { id, invoice } = await subscribe();
    const subscription = await stripe.subscriptions.retrieve(id, { expand: ['latest_invoice.payments', 'customer'] });
    expect(subscription).toMatchObject({
      customer: { object: 'customer', email: 'fan@example.com' },
      latest_invoice: { id: invoice, payments: { data: [{ payment: { type: 'payment_intent' } }] } },
    });
    const withIntent = await stripe.invoices.retrieve(invoice, { expand: ['payments.data.payment.payment_intent'] });
    const { payment } = withIntent.payments!.data[0]!;
    expect(payment.payment_intent).toMatchObject({ object: 'payment_intent', status: 'succeeded' });
    expect((await stripe.invoices.retrieve(invoice)).payments).toBeUndefined();
    for (const path of ['payments.data.payment.payment_intent.latest_charge', 'nonsense'])
      expect(await failing(stripe.invoices.retrieve(invoice, { expand: [path] }))).toMatchObject({ statusCode: 400 });
  });
});

describe("the stand-in's idempotency keys", () => {
  const key = { idempotencyKey: 'attempt-1' };

  test('the first answer comes again, and nothing is done twice', async () => {
    const first = await stripe.customers.create({ email: 'a@example.com' }, key);
    const again = await stripe.customers.create({ email: 'a@example.com' }, key);
    expect(again).toEqual(first);
    expect(again.lastResponse.headers['idempotent-replayed']).toBe('true');
    expect((await stripe.customers.list()).data).toHaveLength(1);
  });

  test('other parameters, or another endpoint, under the same key are an error', async () => {
    await stripe.customers.create({ email: 'a@example.com' }, key);
    for (const other of [
      stripe.customers.create({ email: 'b@example.com' }, key),
      stripe.billingPortal.sessions.create({ customer: 'cus_1' }, key),
    ])
      expect(await failing(other)).toMatchObject({ statusCode: 400, rawType: 'idempotency_error' });
  });

  test('the key is in use while the first request is under way', async () => {
    standIn.trouble({ fault: { kind: 'slow', ms: 50 }, calls: 1 });
    const both = await Promise.allSettled([stripe.customers.create({}, key), stripe.customers.create({}, key)]);
    const [made, refused] = both.toSorted((a, b) => a.status.localeCompare(b.status));
    expect(made).toMatchObject({ status: 'fulfilled', value: { object: 'customer' } });
    expect(refused).toMatchObject({ reason: { statusCode: 409, code: 'idempotency_key_in_use' } });
    expect(await stripe.customers.create({}, key)).toMatchObject({ id: [...standIn.books.customers.keys()].join() });
  });

  test('a 500 of an endpoint that had begun is kept; a refusal before it is not', async () => {
    standIn.trouble({ fault: { kind: 'status', status: 500, kept: true }, calls: 1 });
    for (let time = 0; time < 2; time += 1)
      expect(await failing(stripe.customers.create({}, key))).toMatchObject({ statusCode: 500 });

    const other = { idempotencyKey: 'attempt-2' };
    standIn.trouble({ fault: { kind: 'rate-limit' }, calls: 1 });
    expect(await failing(stripe.customers.create({}, other))).toMatchObject({ statusCode: 429 });
    expect(await failing(stripe.customers.create({ email: 'not one' }, other))).toMatchObject({ statusCode: 400 });
    expect(await stripe.customers.create({ email: 'one@example.com' }, other)).toMatchObject({ object: 'customer' });
  });

  test('is forgotten after 24 hours', async () => {
    const first = await stripe.customers.create({}, key);
    standIn.advance(DAY_MS - SECOND_MS);
    expect((await stripe.customers.create({}, key)).id).toBe(first.id);
    standIn.advance(SECOND_MS);
    expect((await stripe.customers.create({}, key)).id).not.toBe(first.id);
  });

  test('an answer that was lost on the way is there under the key', async () => {
    standIn.trouble({ fault: { kind: 'cut', bytes: 10 }, calls: 1 });
    expect(await failing(stripe.customers.create({}, key))).toMatchObject({ type: 'StripeConnectionError' });
    await stripe.customers.create({}, key);
    expect((await stripe.customers.list()).data).toHaveLength(1);
  });
});

describe("the stand-in's lists", () => {
  test('are newest first, page by page, with the SDK following', async () => {
    for (let number = 0; number < 25; number += 1) {
      await stripe.customers.create({ name: String(number) });
      clock.advance(SECOND_MS);
    }
    const first = await stripe.customers.list({ limit: 10 });
    expect(first).toMatchObject({ has_more: true, data: { length: 10, 0: { name: '24' } } });
    const next = await stripe.customers.list({ limit: 10, starting_after: first.data.at(-1)!.id });
    expect(next.data.map(({ name }) => name)).toEqual(['14', '13', '12', '11', '10', '9', '8', '7', '6', '5']);
    const back = await stripe.customers.list({ limit: 3, ending_before: next.data[0]!.id });
    expect(back.data.map(({ name }) => name)).toEqual(['17', '16', '15']);
    const all: string[] = [];
    for await (const { name } of stripe.customers.list({ limit: 7 })) all.push(name!);
    expect(all).toEqual(Array.from({ length: 25 }, (_, index) => String(24 - index)));

    const since = { gte: START / SECOND_MS + 20 };
    expect((await stripe.customers.list({ created: since, limit: 100 })).data).toHaveLength(5);
    for (const limit of [0, 101])
      expect(await failing(stripe.customers.list({ limit }))).toMatchObject({ statusCode: 400, param: 'limit' });
    expect(await failing(stripe.customers.list({ starting_after: 'cus_none' }))).toMatchObject({ statusCode: 400 });
  });

  test('the search knows of a customer only later', async () => {
    const { id } = await stripe.customers.create({ metadata: { userId: '7' } });
    const found = async () => (await stripe.customers.search({ query: "metadata['userId']:'7'" })).data;
    expect(await found()).toEqual([]);
    standIn.advance(MINUTE_MS);
    expect(await found()).toMatchObject([{ id }]);
    expect((await stripe.customers.search({ query: "metadata['userId']:'8'" })).data).toEqual([]);
    expect(await failing(stripe.customers.search({ query: 'nonsense' }))).toMatchObject({ statusCode: 400 });
  });
});

describe('a subscription at the stand-in', () => {
  test('begins with a paid session; its periods are on its items, its invoice names it', async () => {
    const { id, invoice, session } = await subscribe();
    expect(await stripe.checkout.sessions.retrieve(session)).toMatchObject({
      status: 'complete',
      payment_status: 'paid',
      url: null,
      client_reference_id: '7',
    });
    expect(await stripe.subscriptions.retrieve(id)).toMatchObject({
      status: 'active',
      metadata: { userId: '7' },
      items: {
        data: [
          {
            current_period_start: seconds('2026-01-31T12:00:00Z'),
            current_period_end: seconds('2026-02-28T12:00:00Z'),
          },
        ],
      },
    });
    expect(await stripe.invoices.retrieve(invoice)).toMatchObject({
      status: 'paid',
      amount_paid: 1_000,
      billing_reason: 'subscription_create',
      parent: { type: 'subscription_details', subscription_details: { subscription: id, metadata: { userId: '7' } } },
      lines: { data: [{ amount: 1_000, period: { end: seconds('2026-02-28T12:00:00Z') } }] },
    });
    expect(
      await stripe.charges.retrieve(standIn.actions.chargeOf(invoice), { expand: ['balance_transaction'] }),
    ).toMatchObject({
      amount: 1_000,
      balance_transaction: { fee: 59, net: 941 },
    });
    const { data } = await stripe.invoicePayments.list({
      payment: {
        type: 'payment_intent',
        payment_intent: String((await stripe.charges.retrieve(standIn.actions.chargeOf(invoice))).payment_intent),
      },
    });
    expect(data).toMatchObject([{ invoice, status: 'paid', amount_paid: 1_000 }]);
  });

  test('tells of it in events; the first one about it is of before it was paid', async () => {
    await subscribe();
    const sent = standIn.webhooks.take().map(({ event }) => event);
    expect(sent.map(({ type }) => type)).toEqual([
      'customer.created',
      'invoice.created',
      'customer.subscription.created',
      'payment_intent.created',
      'invoice.finalized',
      'invoice.updated',
      'charge.succeeded',
      'payment_intent.succeeded',
      'invoice_payment.paid',
      'invoice.updated',
      'invoice.paid',
      'invoice.payment_succeeded',
      'customer.subscription.updated',
      'checkout.session.completed',
    ]);
    const of = (type: string) => sent.find((event) => event.type === type)!.data;
    expect(of('customer.subscription.created').object).toMatchObject({ status: 'incomplete' });
    expect(of('customer.subscription.updated')).toMatchObject({
      object: { status: 'active' },
      previous_attributes: { status: 'incomplete' },
    });
  });

  test('renews by the calendar: a draft, and an hour later the money', async () => {
    const { id } = await subscribe();
    const ends: (string | undefined)[] = [];
    for (let month = 0; month < 4; month += 1) {
      const { items } = await stripe.subscriptions.retrieve(id);
      ends.push(new Date(items.data[0]!.current_period_end * SECOND_MS).toISOString().slice(0, 10));
      standIn.advance(items.data[0]!.current_period_end * SECOND_MS - clock.now());
      expect((await stripe.invoices.list({ subscription: id, limit: 1 })).data).toMatchObject([{ status: 'draft' }]);
      standIn.advance(HOUR_MS);
    }
    expect(ends).toEqual(['2026-02-28', '2026-03-31', '2026-04-30', '2026-05-31']);
    expect((await stripe.invoices.list({ subscription: id, status: 'paid' })).data).toHaveLength(5);
  });

  test('catches up with months that went by in one step, each thing as of its own moment', async () => {
    const { id } = await subscribe();
    clock.advance(100 * DAY_MS);
    const { data } = await stripe.invoices.list({ subscription: id });
    expect(data.map(({ created }) => new Date(created * SECOND_MS).toISOString().slice(0, 13))).toEqual([
      '2026-04-30T12',
      '2026-03-31T12',
      '2026-02-28T12',
      '2026-01-31T12',
    ]);
    expect(data[0]!.status_transitions.paid_at! - data[0]!.created).toBe(3_600);
  });

  test('a card that is declined makes it past due; it is tried again, and then it ends', async () => {
    const { id, customer } = await subscribe();
    standIn.actions.setCard(customer, 'declines');
    standIn.webhooks.take();
    standIn.advance(29 * DAY_MS);
    expect(await stripe.subscriptions.retrieve(id)).toMatchObject({ status: 'past_due' });
    const [due] = (await stripe.invoices.list({ subscription: id, status: 'open' })).data;
    expect(due).toMatchObject({ attempt_count: 1, hosted_invoice_url: expect.stringMatching(/^https:/) });
    expect(typesSent()).toContain('invoice.payment_failed');
    standIn.advance(16 * DAY_MS);
    expect(await stripe.subscriptions.retrieve(id)).toMatchObject({
      status: 'canceled',
      cancellation_details: { reason: 'payment_failed' },
    });
    expect(typesSent()).toContain('customer.subscription.deleted');
  });

  test.each([
    ['past_due', 'active'],
    ['unpaid', 'active'],
  ] as const)('what is %s is %s again once it is paid', async (atLast, after) => {
    await open({ terms: { dunning: { retriesAfterMs: [DAY_MS], atLast } } });
    const { id, customer } = await subscribe();
    standIn.actions.setCard(customer, 'declines');
    standIn.advance(31 * DAY_MS);
    expect(await stripe.subscriptions.retrieve(id)).toMatchObject({ status: atLast });
    standIn.actions.payInvoice((await stripe.invoices.list({ subscription: id, limit: 1 })).data[0]!.id);
    expect(await stripe.subscriptions.retrieve(id)).toMatchObject({ status: after });
  });

  test('cancel_at_period_end goes on until then; cancelling ends it at once, and only once', async () => {
    const { id } = await subscribe();
    await stripe.subscriptions.update(id, { cancel_at_period_end: true });
    expect(await stripe.subscriptions.retrieve(id)).toMatchObject({ status: 'active', cancel_at_period_end: true });
    standIn.advance(28 * DAY_MS);
    const end = seconds('2026-02-28T12:00:00Z');
    expect(await stripe.subscriptions.retrieve(id)).toMatchObject({ status: 'canceled', ended_at: end });
    expect((await stripe.invoices.list({ subscription: id })).data).toHaveLength(1);

    const other = await subscribe();
    expect(await stripe.subscriptions.cancel(other.id)).toMatchObject({ status: 'canceled' });
    expect(await failing(stripe.subscriptions.cancel(other.id))).toMatchObject({ code: 'resource_missing' });
    expect((await stripe.subscriptions.list()).data).toEqual([]);
    expect((await stripe.subscriptions.list({ status: 'all' })).data).toHaveLength(2);
  });

  test("deleting a customer ends theirs at once; the customer's id is still known", async () => {
    const { id, customer } = await subscribe();
    standIn.webhooks.take();
    expect(await stripe.customers.del(customer)).toMatchObject({ id: customer, deleted: true });
    expect(typesSent()).toEqual(['customer.subscription.deleted', 'customer.deleted']);
    expect(await stripe.subscriptions.retrieve(id)).toMatchObject({ status: 'canceled' });
    expect(await stripe.customers.retrieve(customer)).toEqual({ id: customer, object: 'customer', deleted: true });
    expect(await failing(stripe.customers.del(customer))).toMatchObject({ code: 'resource_missing' });
    expect(await failing(stripe.billingPortal.sessions.create({ customer }))).toMatchObject({ param: 'customer' });
  });

  test('pausing collection leaves its status; its invoices are void', async () => {
    const { id } = await subscribe();
    await stripe.subscriptions.update(id, { pause_collection: { behavior: 'void' } });
    standIn.advance(29 * DAY_MS);
    expect(await stripe.subscriptions.retrieve(id)).toMatchObject({
      status: 'active',
      pause_collection: { behavior: 'void' },
    });
    expect((await stripe.invoices.list({ subscription: id, limit: 1 })).data).toMatchObject([{ status: 'void' }]);
    await stripe.subscriptions.update(id, { pause_collection: '' });
    expect((await stripe.subscriptions.retrieve(id)).pause_collection).toBeNull();
  });

  test('a trial costs nothing, is about to end three days before, and then costs', async () => {
    const { id } = await subscribe({ subscription_data: { trial_period_days: 14 } });
    expect(await stripe.subscriptions.retrieve(id)).toMatchObject({ status: 'trialing' });
    standIn.webhooks.take();
    standIn.advance(12 * DAY_MS);
    expect(typesSent()).toEqual(['customer.subscription.trial_will_end']);
    standIn.advance(3 * DAY_MS);
    expect(await stripe.subscriptions.retrieve(id)).toMatchObject({ status: 'active' });
    expect((await stripe.invoices.list({ subscription: id })).data.map((each) => each.amount_paid)).toEqual([1_000, 0]);
  });

  test('a trial without a card pauses where that was asked for, and can be resumed', async () => {
    const { id: session, customer } = await startSession({
      payment_method_collection: 'if_required',
      subscription_data: {
        trial_period_days: 7,
        trial_settings: { end_behavior: { missing_payment_method: 'pause' } },
      },
    });
    standIn.actions.payCheckout(session, null);
    const id = String((await stripe.checkout.sessions.retrieve(session)).subscription);
    standIn.advance(8 * DAY_MS);
    expect(await stripe.subscriptions.retrieve(id)).toMatchObject({ status: 'paused' });
    expect(typesSent()).toContain('customer.subscription.paused');
    standIn.actions.setCard(String(customer), 'works');
    expect(await stripe.subscriptions.resume(id)).toMatchObject({ status: 'active' });
  });

  test('a declined card leaves the session open; a payment that takes days is told of later', async () => {
    const { id } = await startSession();
    expect(standIn.actions.payCheckout(id, 'declines')).toBe(false);
    expect(await stripe.checkout.sessions.retrieve(id)).toMatchObject({ status: 'open', subscription: null });
    standIn.actions.payCheckout(id, 'slow');
    const done = await stripe.checkout.sessions.retrieve(id);
    expect(done).toMatchObject({ status: 'complete', payment_status: 'unpaid' });
    expect(await stripe.subscriptions.retrieve(String(done.subscription))).toMatchObject({ status: 'active' });
    expect(await stripe.invoices.retrieve(String(done.invoice))).toMatchObject({ status: 'open' });
    standIn.actions.concludeCheckout(id, true);
    expect(await stripe.invoices.retrieve(String(done.invoice))).toMatchObject({ status: 'paid' });
    expect(typesSent()).toContain('checkout.session.async_payment_succeeded');
  });

  test('a session expires after a day, or when asked to; a closed one cannot', async () => {
    const { id } = await startSession();
    standIn.advance(DAY_MS - SECOND_MS);
    expect(await stripe.checkout.sessions.retrieve(id)).toMatchObject({ status: 'open' });
    standIn.advance(SECOND_MS);
    expect(await stripe.checkout.sessions.retrieve(id)).toMatchObject({ status: 'expired', url: null });
    expect(await failing(stripe.checkout.sessions.expire(id))).toMatchObject({ statusCode: 400 });
    expect(typesSent()).toContain('checkout.session.expired');
    const { id: other } = await startSession();
    expect(await stripe.checkout.sessions.expire(other)).toMatchObject({ status: 'expired' });
  });

  test('a first payment that fails leaves it incomplete, for 23 hours', async () => {
    const { id: customer } = await stripe.customers.create({});
    const items = [{ price: standIn.priceId }];
    expect(await failing(stripe.subscriptions.create({ customer, items }))).toMatchObject({ code: 'resource_missing' });
    standIn.actions.setCard(customer, 'asks');
    const { id, latest_invoice: invoice } = await stripe.subscriptions.create({ customer, items });
    expect(await stripe.subscriptions.retrieve(id)).toMatchObject({ status: 'incomplete' });
    expect(typesSent()).toContain('invoice.payment_action_required');
    standIn.advance(23 * HOUR_MS);
    expect(await stripe.subscriptions.retrieve(id)).toMatchObject({ status: 'incomplete_expired' });
    expect(await stripe.invoices.retrieve(String(invoice))).toMatchObject({ status: 'void' });
  });

  test.each([
    [
      { percent: 20, inclusive: false },
      { total: 1_200, tax: 200, withoutTax: 1_000 },
    ],
    [
      { percent: 20, inclusive: true },
      { total: 1_000, tax: 167, withoutTax: 833 },
    ],
  ])('tax %j', async (tax, { total, tax: taxed, withoutTax }) => {
    await open({ terms: { tax } });
    const { invoice } = await subscribe();
    expect(await stripe.invoices.retrieve(invoice)).toMatchObject({
      total,
      amount_paid: total,
      total_excluding_tax: withoutTax,
      total_taxes: [{ amount: taxed }],
    });
  });

  test('a dearer price in the middle of a period is billed by the second', async () => {
    const { id } = await subscribe();
    const price = await stripe.prices.create({
      currency: 'usd',
      unit_amount: 2_000,
      recurring: { interval: 'month' },
      product: 'prod_premium',
    });
    standIn.advance(14 * DAY_MS);
    const { items } = await stripe.subscriptions.retrieve(id);
    await stripe.subscriptions.update(id, {
      items: [{ id: items.data[0]!.id, price: price.id }],
      proration_behavior: 'always_invoice',
    });
    const [invoice] = (await stripe.invoices.list({ subscription: id, limit: 1 })).data;
    expect(invoice).toMatchObject({ amount_paid: 500, billing_reason: 'subscription_update' });
    const period = { start: seconds('2026-02-14T12:00:00Z'), end: seconds('2026-02-28T12:00:00Z') };
    expect(invoice!.lines.data.map((line) => [line.amount, line.period])).toEqual([
      [-500, period],
      [1_000, period],
    ]);
  });
});

describe('money that goes back at the stand-in', () => {
  test('refunds add up on the charge, and one that fails is taken off again', async () => {
    const { invoice } = await subscribe();
    const charge = standIn.actions.chargeOf(invoice);
    await stripe.refunds.create({ charge, amount: 300 });
    const pending = standIn.actions.refund(charge, 200, 'pending');
    expect(await stripe.charges.retrieve(charge)).toMatchObject({ amount_refunded: 500, refunded: false });
    standIn.actions.failRefund(pending.id);
    await stripe.refunds.create({ charge });
    expect(await stripe.charges.retrieve(charge, { expand: ['refunds'] })).toMatchObject({
      amount_refunded: 1_000,
      refunded: true,
      refunds: { data: [{ amount: 700 }, { amount: 200, status: 'failed' }, { amount: 300 }] },
    });
    expect(await failing(stripe.refunds.create({ charge }))).toMatchObject({ code: 'charge_already_refunded' });
    expect(typesSent().filter((type) => /refund/.test(type))).toEqual([
      'charge.refunded',
      'refund.created',
      'charge.refunded',
      'refund.created',
      'refund.failed',
      'refund.updated',
      'charge.refund.updated',
      'charge.refunded',
      'refund.created',
    ]);
  });

  test('a dispute takes the money; winning it brings it back', async () => {
    const { invoice } = await subscribe();
    const charge = standIn.actions.chargeOf(invoice);
    const dispute = standIn.actions.dispute(charge);
    const netOf = async () =>
      (await stripe.disputes.list({ charge })).data[0]!.balance_transactions.map(({ net }) => net);
    expect(await netOf()).toEqual([-2_500]);
    expect(await stripe.charges.retrieve(charge)).toMatchObject({ disputed: true });
    standIn.actions.closeDispute(dispute.id, 'won');
    expect(await netOf()).toEqual([-2_500, 2_500]);
    expect(typesSent().filter((type) => /dispute/.test(type))).toEqual([
      'charge.dispute.created',
      'charge.dispute.funds_withdrawn',
      'charge.dispute.funds_reinstated',
      'charge.dispute.closed',
    ]);
  });

  test('an inquiry takes nothing until it becomes a dispute; a warning takes nothing', async () => {
    const { invoice } = await subscribe();
    const charge = standIn.actions.chargeOf(invoice);
    const { id } = standIn.actions.dispute(charge, { inquiry: true });
    expect((await stripe.disputes.retrieve(id)).balance_transactions).toEqual([]);
    standIn.actions.escalateDispute(id);
    expect((await stripe.disputes.retrieve(id)).balance_transactions).toHaveLength(1);
    standIn.actions.warnOfFraud(charge);
    expect((await stripe.radar.earlyFraudWarnings.list({ charge })).data).toMatchObject([{ charge }]);
  });
});

const verify = (body: Uint8Array, signature: string, secret = SECRET): Stripe.Event =>
  stripe.webhooks.constructEvent(body, signature, secret, 300, undefined, Math.floor(clock.now() / SECOND_MS));

describe("the stand-in's webhooks", () => {
  test('are signed as the SDK verifies it, with both secrets while one is being replaced', async () => {
    await stripe.customers.create({});
    const [delivery] = standIn.webhooks.take();
    const { body, signature } = delivery!.message();
    expect(verify(body, signature)).toEqual(delivery!.event);
    expect(() => verify(body, signature, 'whsec_other')).toThrow(Stripe.errors.StripeSignatureVerificationError);
    expect(() =>
      verify(
        Uint8Array.from(body, (byte, at) => (at === 9 ? byte ^ 1 : byte)),
        signature,
      ),
    ).toThrow();

    standIn.webhooks.endpoint.secrets = [SECRET, 'whsec_new'];
    const both = delivery!.message();
    for (const secret of [SECRET, 'whsec_new'])
      expect(verify(both.body, both.signature, secret).id).toBe(delivery!.event.id);
  });

  test('what fails comes again for three days, and is listed as undelivered', async () => {
    await stripe.customers.create({});
    const undelivered = async () => (await stripe.events.list({ delivery_success: false })).data;
    let attempts = 0;
    for (let hour = 0; hour < 24 * 5; hour += 1) {
      for (const delivery of standIn.webhooks.take()) {
        attempts += 1;
        delivery.failed();
      }
      standIn.advance(HOUR_MS);
    }
    expect(attempts).toBe(10);
    expect(await undelivered()).toMatchObject([{ type: 'customer.created', pending_webhooks: 1 }]);
    standIn.webhooks.again()[0]!.succeeded();
    expect(await undelivered()).toEqual([]);
    expect((await stripe.events.list({ type: 'customer.*' })).data).toHaveLength(1);
    expect((await stripe.events.list({ types: ['invoice.paid'] })).data).toEqual([]);
    standIn.advance(30 * DAY_MS);
    expect((await stripe.events.list()).data).toEqual([]);
  });

  test('come late, twice, not at all, in another order, or say what is not so', async () => {
    const { webhooks } = standIn;
    Object.assign(webhooks.mischief, {
      delayMs: ({ type }: { type: string }) => (type === 'invoice.paid' ? HOUR_MS : 0),
      loss: ({ type }: { type: string }) =>
        type === 'charge.succeeded' ? 'loudly' : type === 'payment_intent.succeeded' ? 'silently' : null,
      order: (due: readonly unknown[]) => due.toReversed(),
    });
    const { id } = await subscribe();
    const sent = typesSent();
    expect(sent[0]).toBe('checkout.session.completed');
    for (const type of ['invoice.paid', 'charge.succeeded', 'payment_intent.succeeded'])
      expect(sent).not.toContain(type);
    standIn.advance(HOUR_MS);
    expect(typesSent()).toEqual(['invoice.paid']);
    const lost = (await stripe.events.list({ delivery_success: false, limit: 100 })).data.map(({ type }) => type);
    expect(lost).toContain('charge.succeeded');
    expect(lost).not.toContain('payment_intent.succeeded');

    webhooks.mischief.lie = forgedFields({ status: 'canceled' });
    const [delivery] = webhooks.again(({ type }) => type === 'customer.subscription.updated');
    const { body, signature } = delivery!.message();
    expect(verify(body, signature).data.object).toMatchObject({ id, status: 'canceled' });

    webhooks.mischief.lie = olderSnapshots();
    const states = webhooks
      .again(({ type }) => type.startsWith('customer.subscription'))
      .map((each) => verify(each.message().body, each.message().signature).data.object);
    expect(states.map((each) => (each as Stripe.Subscription).status)).toEqual(['incomplete', 'incomplete']);
  });
});

describe("the stand-in's outages", () => {
  test('refuses connections when it is down, and is itself again afterwards', async () => {
    const { id } = await stripe.customers.create({});
    await standIn.down();
    expect(await failing(stripe.customers.retrieve(id))).toMatchObject({ type: 'StripeConnectionError' });
    await standIn.up();
    expect(await stripe.customers.retrieve(id)).toMatchObject({ id });
  });

  test('does not answer, answers late, or with what is no JSON', async () => {
    standIn.trouble({ fault: { kind: 'hang' }, route: 'GET /v1/customers/:id', calls: 1 });
    const { id } = await stripe.customers.create({});
    const hanging = connect(standIn.secretKey, { timeout: 50 });
    expect(await failing(hanging.customers.retrieve(id))).toMatchObject({ type: 'StripeConnectionError' });
    expect(await hanging.customers.retrieve(id)).toMatchObject({ id });
    standIn.trouble({ fault: { kind: 'garbage' }, calls: 1 });
    expect(await failing(stripe.customers.list())).toMatchObject({ type: 'StripeAPIError' });
    standIn.trouble({ fault: { kind: 'status', status: 503 } });
    expect(await failing(stripe.customers.list())).toMatchObject({ statusCode: 503 });
    standIn.noTrouble();
    expect((await stripe.customers.list()).data).toHaveLength(1);
    expect(standIn.calls.filter(({ route }) => route === 'GET /v1/customers').map(({ status }) => status)).toEqual([
      200, 503, 200,
    ]);
  });

  test('with `done`, what was asked for happened though nobody heard of it', async () => {
    standIn.trouble({ fault: { kind: 'hang', done: true }, calls: 1 });
    const hanging = connect(standIn.secretKey, { timeout: 50 });
    await failing(hanging.customers.create({}));
    expect((await stripe.customers.list()).data).toHaveLength(1);
  });
});

describe('Connect at the stand-in', () => {
  test('an account can receive transfers once it is onboarded; a transfer is found by its group, and reversed', async () => {
    const account = await stripe.accounts.create({ type: 'express', country: 'US', metadata: { userId: '3' } });
    const transfer = { amount: 2_550, currency: 'usd', destination: account.id, transfer_group: 'statement-1' };
    expect(await failing(stripe.transfers.create(transfer))).toMatchObject({
      code: 'insufficient_capabilities_for_transfer',
    });
    const link = await stripe.accountLinks.create({
      account: account.id,
      type: 'account_onboarding',
      refresh_url: 'https://app.example.com/again',
      return_url: 'https://app.example.com/back',
    });
    expect(link).toMatchObject({ object: 'account_link', url: expect.stringContaining(account.id) });
    standIn.actions.setOnboarded(account.id, true);
    expect(await stripe.accounts.retrieve(account.id)).toMatchObject({ payouts_enabled: true });

    standIn.connect.available.set('usd', 3_000);
    const { id } = await stripe.transfers.create(transfer);
    expect(await failing(stripe.transfers.create(transfer))).toMatchObject({ code: 'balance_insufficient' });
    expect((await stripe.transfers.list({ transfer_group: 'statement-1' })).data).toMatchObject([{ id }]);
    await stripe.transfers.createReversal(id, { amount: 550 });
    await stripe.transfers.createReversal(id);
    expect(await stripe.transfers.retrieve(id)).toMatchObject({
      amount_reversed: 2_550,
      reversed: true,
      reversals: { data: [{ amount: 2_000 }, { amount: 550 }] },
    });
    expect(await failing(stripe.transfers.createReversal(id))).toMatchObject({ statusCode: 400 });
    expect(typesSent()).toEqual(['account.updated', 'transfer.created', 'transfer.reversed', 'transfer.reversed']);
  });
});
