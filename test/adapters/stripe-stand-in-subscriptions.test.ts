import { describe, expect, test } from '@jest/globals';
import { DAY_MS, HOUR_MS, SECOND_MS } from '@backline/core/kernel';
import { failing, seconds, stripeAccount } from '../support/stripe-account.ts';

const account = stripeAccount();

describe('a subscription at the stand-in', () => {
  test('begins with a paid session; its periods are on its items, its invoice names it', async () => {
    const { id, invoice, session } = await account.subscribe();
    expect(await account.stripe.checkout.sessions.retrieve(session)).toMatchObject({
      status: 'complete',
      payment_status: 'paid',
      url: null,
      client_reference_id: '7',
    });
    expect(await account.stripe.subscriptions.retrieve(id)).toMatchObject({
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
    expect(await account.stripe.invoices.retrieve(invoice)).toMatchObject({
      status: 'paid',
      amount_paid: 1_000,
      billing_reason: 'subscription_create',
      parent: { type: 'subscription_details', subscription_details: { subscription: id, metadata: { userId: '7' } } },
      lines: { data: [{ amount: 1_000, period: { end: seconds('2026-02-28T12:00:00Z') } }] },
    });
    expect(
      await account.stripe.charges.retrieve(account.standIn.actions.chargeOf(invoice), {
        expand: ['balance_transaction'],
      }),
    ).toMatchObject({
      amount: 1_000,
      balance_transaction: { fee: 59, net: 941 },
    });
    const { data } = await account.stripe.invoicePayments.list({
      payment: {
        type: 'payment_intent',
        payment_intent: String(
          (await account.stripe.charges.retrieve(account.standIn.actions.chargeOf(invoice))).payment_intent,
        ),
      },
    });
    expect(data).toMatchObject([{ invoice, status: 'paid', amount_paid: 1_000 }]);
  });

  test('tells of it in events; the first one about it is of before it was paid', async () => {
    await account.subscribe();
    const sent = account.standIn.webhooks.take().map(({ event }) => event);
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
    const { id } = await account.subscribe();
    const ends: (string | undefined)[] = [];
    for (let month = 0; month < 4; month += 1) {
      const { items } = await account.stripe.subscriptions.retrieve(id);
      ends.push(new Date(items.data[0]!.current_period_end * SECOND_MS).toISOString().slice(0, 10));
      account.standIn.advance(items.data[0]!.current_period_end * SECOND_MS - account.clock.now());
      expect((await account.stripe.invoices.list({ subscription: id, limit: 1 })).data).toMatchObject([
        { status: 'draft' },
      ]);
      account.standIn.advance(HOUR_MS);
    }
    expect(ends).toEqual(['2026-02-28', '2026-03-31', '2026-04-30', '2026-05-31']);
    expect((await account.stripe.invoices.list({ subscription: id, status: 'paid' })).data).toHaveLength(5);
  });

  test('catches up with months that went by in one step, each thing as of its own moment', async () => {
    const { id } = await account.subscribe();
    account.clock.advance(100 * DAY_MS);
    const { data } = await account.stripe.invoices.list({ subscription: id });
    expect(data.map(({ created }) => new Date(created * SECOND_MS).toISOString().slice(0, 13))).toEqual([
      '2026-04-30T12',
      '2026-03-31T12',
      '2026-02-28T12',
      '2026-01-31T12',
    ]);
    expect(data[0]!.status_transitions.paid_at! - data[0]!.created).toBe(3_600);
  });

  test('a card that is declined makes it past due; it is tried again, and then it ends', async () => {
    const { id, customer } = await account.subscribe();
    account.standIn.actions.setCard(customer, 'declines');
    account.standIn.webhooks.take();
    account.standIn.advance(29 * DAY_MS);
    expect(await account.stripe.subscriptions.retrieve(id)).toMatchObject({ status: 'past_due' });
    const [due] = (await account.stripe.invoices.list({ subscription: id, status: 'open' })).data;
    expect(due).toMatchObject({ attempt_count: 1, hosted_invoice_url: expect.stringMatching(/^https:/) });
    expect(account.typesSent()).toContain('invoice.payment_failed');
    account.standIn.advance(16 * DAY_MS);
    expect(await account.stripe.subscriptions.retrieve(id)).toMatchObject({
      status: 'canceled',
      cancellation_details: { reason: 'payment_failed' },
    });
    expect(account.typesSent()).toContain('customer.subscription.deleted');
  });

  test.each([
    ['past_due', 'active'],
    ['unpaid', 'active'],
  ] as const)('what is %s is %s again once it is paid', async (atLast, after) => {
    await account.open({ terms: { dunning: { retriesAfterMs: [DAY_MS], atLast } } });
    const { id, customer } = await account.subscribe();
    account.standIn.actions.setCard(customer, 'declines');
    account.standIn.advance(31 * DAY_MS);
    expect(await account.stripe.subscriptions.retrieve(id)).toMatchObject({ status: atLast });
    account.standIn.actions.payInvoice(
      (await account.stripe.invoices.list({ subscription: id, limit: 1 })).data[0]!.id,
    );
    expect(await account.stripe.subscriptions.retrieve(id)).toMatchObject({ status: after });
  });

  test('cancel_at_period_end goes on until then; cancelling ends it at once, and only once', async () => {
    const { id } = await account.subscribe();
    await account.stripe.subscriptions.update(id, { cancel_at_period_end: true });
    expect(await account.stripe.subscriptions.retrieve(id)).toMatchObject({
      status: 'active',
      cancel_at_period_end: true,
    });
    account.standIn.advance(28 * DAY_MS);
    const end = seconds('2026-02-28T12:00:00Z');
    expect(await account.stripe.subscriptions.retrieve(id)).toMatchObject({ status: 'canceled', ended_at: end });
    expect((await account.stripe.invoices.list({ subscription: id })).data).toHaveLength(1);

    const other = await account.subscribe();
    expect(await account.stripe.subscriptions.cancel(other.id)).toMatchObject({ status: 'canceled' });
    expect(await failing(account.stripe.subscriptions.cancel(other.id))).toMatchObject({ code: 'resource_missing' });
    expect((await account.stripe.subscriptions.list()).data).toEqual([]);
    expect((await account.stripe.subscriptions.list({ status: 'all' })).data).toHaveLength(2);
  });

  test("deleting a customer ends theirs at once; the customer's id is still known", async () => {
    const { id, customer } = await account.subscribe();
    account.standIn.webhooks.take();
    expect(await account.stripe.customers.del(customer)).toMatchObject({ id: customer, deleted: true });
    expect(account.typesSent()).toEqual(['customer.subscription.deleted', 'customer.deleted']);
    expect(await account.stripe.subscriptions.retrieve(id)).toMatchObject({ status: 'canceled' });
    expect(await account.stripe.customers.retrieve(customer)).toEqual({
      id: customer,
      object: 'customer',
      deleted: true,
    });
    expect(await failing(account.stripe.customers.del(customer))).toMatchObject({ code: 'resource_missing' });
    expect(await failing(account.stripe.billingPortal.sessions.create({ customer }))).toMatchObject({
      param: 'customer',
    });
  });

  test('pausing collection leaves its status; its invoices are void', async () => {
    const { id } = await account.subscribe();
    await account.stripe.subscriptions.update(id, { pause_collection: { behavior: 'void' } });
    account.standIn.advance(29 * DAY_MS);
    expect(await account.stripe.subscriptions.retrieve(id)).toMatchObject({
      status: 'active',
      pause_collection: { behavior: 'void' },
    });
    expect((await account.stripe.invoices.list({ subscription: id, limit: 1 })).data).toMatchObject([
      { status: 'void' },
    ]);
    await account.stripe.subscriptions.update(id, { pause_collection: '' });
    expect((await account.stripe.subscriptions.retrieve(id)).pause_collection).toBeNull();
  });

  test('a trial costs nothing, is about to end three days before, and then costs', async () => {
    const { id } = await account.subscribe({ subscription_data: { trial_period_days: 14 } });
    expect(await account.stripe.subscriptions.retrieve(id)).toMatchObject({ status: 'trialing' });
    account.standIn.webhooks.take();
    account.standIn.advance(12 * DAY_MS);
    expect(account.typesSent()).toEqual(['customer.subscription.trial_will_end']);
    account.standIn.advance(3 * DAY_MS);
    expect(await account.stripe.subscriptions.retrieve(id)).toMatchObject({ status: 'active' });
    expect((await account.stripe.invoices.list({ subscription: id })).data.map((each) => each.amount_paid)).toEqual([
      1_000, 0,
    ]);
  });

  test('a trial without a card pauses where that was asked for, and can be resumed', async () => {
    const { id: session, customer } = await account.startSession({
      payment_method_collection: 'if_required',
      subscription_data: {
        trial_period_days: 7,
        trial_settings: { end_behavior: { missing_payment_method: 'pause' } },
      },
    });
    account.standIn.actions.payCheckout(session, null);
    const id = String((await account.stripe.checkout.sessions.retrieve(session)).subscription);
    account.standIn.advance(8 * DAY_MS);
    expect(await account.stripe.subscriptions.retrieve(id)).toMatchObject({ status: 'paused' });
    expect(account.typesSent()).toContain('customer.subscription.paused');
    account.standIn.actions.setCard(String(customer), 'works');
    expect(await account.stripe.subscriptions.resume(id)).toMatchObject({ status: 'active' });
  });

  test('a declined card leaves the session open; a payment that takes days is told of later', async () => {
    const { id } = await account.startSession();
    expect(account.standIn.actions.payCheckout(id, 'declines')).toBe(false);
    expect(await account.stripe.checkout.sessions.retrieve(id)).toMatchObject({ status: 'open', subscription: null });
    account.standIn.actions.payCheckout(id, 'slow');
    const done = await account.stripe.checkout.sessions.retrieve(id);
    expect(done).toMatchObject({ status: 'complete', payment_status: 'unpaid' });
    expect(await account.stripe.subscriptions.retrieve(String(done.subscription))).toMatchObject({ status: 'active' });
    expect(await account.stripe.invoices.retrieve(String(done.invoice))).toMatchObject({ status: 'open' });
    account.standIn.actions.concludeCheckout(id, true);
    expect(await account.stripe.invoices.retrieve(String(done.invoice))).toMatchObject({ status: 'paid' });
    expect(account.typesSent()).toContain('checkout.session.async_payment_succeeded');
  });

  test('a session expires after a day, or when asked to; a closed one cannot', async () => {
    const { id } = await account.startSession();
    account.standIn.advance(DAY_MS - SECOND_MS);
    expect(await account.stripe.checkout.sessions.retrieve(id)).toMatchObject({ status: 'open' });
    account.standIn.advance(SECOND_MS);
    expect(await account.stripe.checkout.sessions.retrieve(id)).toMatchObject({ status: 'expired', url: null });
    expect(await failing(account.stripe.checkout.sessions.expire(id))).toMatchObject({ statusCode: 400 });
    expect(account.typesSent()).toContain('checkout.session.expired');
    const { id: other } = await account.startSession();
    expect(await account.stripe.checkout.sessions.expire(other)).toMatchObject({ status: 'expired' });
  });

  test('a first payment that fails leaves it incomplete, for 23 hours', async () => {
    const { id: customer } = await account.stripe.customers.create({});
    const items = [{ price: account.standIn.priceId }];
    expect(await failing(account.stripe.subscriptions.create({ customer, items }))).toMatchObject({
      code: 'resource_missing',
    });
    account.standIn.actions.setCard(customer, 'asks');
    const { id, latest_invoice: invoice } = await account.stripe.subscriptions.create({ customer, items });
    expect(await account.stripe.subscriptions.retrieve(id)).toMatchObject({ status: 'incomplete' });
    expect(account.typesSent()).toContain('invoice.payment_action_required');
    account.standIn.advance(23 * HOUR_MS);
    expect(await account.stripe.subscriptions.retrieve(id)).toMatchObject({ status: 'incomplete_expired' });
    expect(await account.stripe.invoices.retrieve(String(invoice))).toMatchObject({ status: 'void' });
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
    await account.open({ terms: { tax } });
    const { invoice } = await account.subscribe();
    expect(await account.stripe.invoices.retrieve(invoice)).toMatchObject({
      total,
      amount_paid: total,
      total_excluding_tax: withoutTax,
      total_taxes: [{ amount: taxed }],
    });
  });

  test('a dearer price in the middle of a period is billed by the second', async () => {
    const { id } = await account.subscribe();
    const price = await account.stripe.prices.create({
      currency: 'usd',
      unit_amount: 2_000,
      recurring: { interval: 'month' },
      product: 'prod_premium',
    });
    account.standIn.advance(14 * DAY_MS);
    const { items } = await account.stripe.subscriptions.retrieve(id);
    await account.stripe.subscriptions.update(id, {
      items: [{ id: items.data[0]!.id, price: price.id }],
      proration_behavior: 'always_invoice',
    });
    const [invoice] = (await account.stripe.invoices.list({ subscription: id, limit: 1 })).data;
    expect(invoice).toMatchObject({ amount_paid: 500, billing_reason: 'subscription_update' });
    const period = { start: seconds('2026-02-14T12:00:00Z'), end: seconds('2026-02-28T12:00:00Z') };
    expect(invoice!.lines.data.map((line) => [line.amount, line.period])).toEqual([
      [-500, period],
      [1_000, period],
    ]);
  });
});
