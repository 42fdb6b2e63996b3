import { describe, expect, test } from '@jest/globals';
import { DAY_MS, MINUTE_MS, SECOND_MS } from '@backline/core/kernel';
import { Stripe } from 'stripe';
import { failing, seconds, stripeAccount } from '../support/stripe-account.ts';
import { API_VERSION } from '../support/stripe-stand-in/stripe-stand-in.ts';

const account = stripeAccount();

describe("the stand-in's conventions", () => {
  test('a wrong key is 401; another API version is 400; an unknown address is 404', async () => {
    expect(await failing(account.connect('sk_test_wrong').customers.list())).toMatchObject({
      statusCode: 401,
      type: 'StripeAuthenticationError',
    });
    const other = account.connect(account.standIn.secretKey, { apiVersion: '2019-01-01' as typeof API_VERSION });
    expect(await failing(other.customers.list())).toMatchObject({ statusCode: 400 });
    expect(await failing(account.stripe.products.list())).toMatchObject({ statusCode: 404 });
  });

  test('its version is the one that the SDK is made for', () => {
    expect(Stripe.API_VERSION).toBe(API_VERSION);
  });

  test('every answer has a request id of its own, errors too', async () => {
    const ids = [
      (await account.stripe.customers.create({})).lastResponse.requestId,
      (await account.stripe.customers.list()).lastResponse.requestId,
      (await failing(account.stripe.customers.retrieve('cus_none'))).requestId,
    ];
    expect(new Set(ids).size).toBe(3);
    for (const id of ids) expect(id).toMatch(/^req_/);
  });

  test('what is not there is 404 in an address and 400 in a parameter', async () => {
    expect(await failing(account.stripe.customers.retrieve('cus_none'))).toMatchObject({
      statusCode: 404,
      code: 'resource_missing',
      message: "No such customer: 'cus_none'",
    });
    expect(await failing(account.startSession({ customer: 'cus_none' }))).toMatchObject({
      statusCode: 400,
      code: 'resource_missing',
      param: 'customer',
    });
  });

  test('a parameter that an endpoint does not have is refused by its name', async () => {
    const unknown = { emial: 'fan@example.com' } as Stripe.CustomerCreateParams;
    expect(await failing(account.stripe.customers.create(unknown))).toMatchObject({
      statusCode: 400,
      code: 'parameter_unknown',
      param: 'emial',
    });
    expect(await failing(account.startSession({ line_items: [{ price: 'price_none', quantity: 1 }] }))).toMatchObject({
      code: 'resource_missing',
    });
  });

  test('forms nest: metadata, lists, empty values that take away', async () => {
    const { id } = await account.stripe.customers.create({ metadata: { a: '1', b: 'x&y=z[0]' }, name: 'Zoë 🎸' });
    await account.stripe.customers.update(id, { metadata: { a: '', c: '3' }, name: '' });
    expect(await account.stripe.customers.retrieve(id)).toMatchObject({
      metadata: { b: 'x&y=z[0]', c: '3' },
      name: null,
    });
  });

  test('expand puts objects in the place of ids, four levels deep and no deeper', async () => {
    const { id, invoice } = await account.subscribe();
    const subscription = await account.stripe.subscriptions.retrieve(id, {
      expand: ['latest_invoice.payments', 'customer'],
    });
    expect(subscription).toMatchObject({
      customer: { object: 'customer', email: 'fan@example.com' },
      latest_invoice: { id: invoice, payments: { data: [{ payment: { type: 'payment_intent' } }] } },
    });
    const withIntent = await account.stripe.invoices.retrieve(invoice, {
      expand: ['payments.data.payment.payment_intent'],
    });
    const { payment } = withIntent.payments!.data[0]!;
    expect(payment.payment_intent).toMatchObject({ object: 'payment_intent', status: 'succeeded' });
    expect((await account.stripe.invoices.retrieve(invoice)).payments).toBeUndefined();
    for (const path of ['payments.data.payment.payment_intent.latest_charge', 'nonsense'])
      expect(await failing(account.stripe.invoices.retrieve(invoice, { expand: [path] }))).toMatchObject({
        statusCode: 400,
      });
  });
});

describe("the stand-in's idempotency keys", () => {
  const key = { idempotencyKey: 'attempt-1' };

  test('the first answer comes again, and nothing is done twice', async () => {
    const first = await account.stripe.customers.create({ email: 'a@example.com' }, key);
    const again = await account.stripe.customers.create({ email: 'a@example.com' }, key);
    expect(again).toEqual(first);
    expect(again.lastResponse.headers['idempotent-replayed']).toBe('true');
    expect((await account.stripe.customers.list()).data).toHaveLength(1);
  });

  test('other parameters, or another endpoint, under the same key are an error', async () => {
    await account.stripe.customers.create({ email: 'a@example.com' }, key);
    for (const other of [
      account.stripe.customers.create({ email: 'b@example.com' }, key),
      account.stripe.billingPortal.sessions.create({ customer: 'cus_1' }, key),
    ])
      expect(await failing(other)).toMatchObject({ statusCode: 400, rawType: 'idempotency_error' });
  });

  test('the key is in use while the first request is under way', async () => {
    account.standIn.trouble({ fault: { kind: 'slow', ms: 50 }, calls: 1 });
    const both = await Promise.allSettled([
      account.stripe.customers.create({}, key),
      account.stripe.customers.create({}, key),
    ]);
    const [made, refused] = both.toSorted((a, b) => a.status.localeCompare(b.status));
    expect(made).toMatchObject({ status: 'fulfilled', value: { object: 'customer' } });
    expect(refused).toMatchObject({ reason: { statusCode: 409, code: 'idempotency_key_in_use' } });
    expect(await account.stripe.customers.create({}, key)).toMatchObject({
      id: [...account.standIn.books.customers.keys()].join(),
    });
  });

  test('a 500 of an endpoint that had begun is kept; a refusal before it is not', async () => {
    account.standIn.trouble({ fault: { kind: 'status', status: 500, kept: true }, calls: 1 });
    for (let time = 0; time < 2; time += 1)
      expect(await failing(account.stripe.customers.create({}, key))).toMatchObject({ statusCode: 500 });

    const other = { idempotencyKey: 'attempt-2' };
    account.standIn.trouble({ fault: { kind: 'rate-limit' }, calls: 1 });
    expect(await failing(account.stripe.customers.create({}, other))).toMatchObject({ statusCode: 429 });
    expect(await failing(account.stripe.customers.create({ email: 'not one' }, other))).toMatchObject({
      statusCode: 400,
    });
    expect(await account.stripe.customers.create({ email: 'one@example.com' }, other)).toMatchObject({
      object: 'customer',
    });
  });

  test('is forgotten after 24 hours', async () => {
    const first = await account.stripe.customers.create({}, key);
    account.standIn.advance(DAY_MS - SECOND_MS);
    expect((await account.stripe.customers.create({}, key)).id).toBe(first.id);
    account.standIn.advance(SECOND_MS);
    expect((await account.stripe.customers.create({}, key)).id).not.toBe(first.id);
  });

  test('an answer that was lost on the way is there under the key', async () => {
    account.standIn.trouble({ fault: { kind: 'cut', bytes: 10 }, calls: 1 });
    expect(await failing(account.stripe.customers.create({}, key))).toMatchObject({ type: 'StripeConnectionError' });
    await account.stripe.customers.create({}, key);
    expect((await account.stripe.customers.list()).data).toHaveLength(1);
  });
});

describe("the stand-in's lists", () => {
  test('are newest first, page by page, with the SDK following', async () => {
    for (let number = 0; number < 25; number += 1) {
      await account.stripe.customers.create({ name: String(number) });
      account.clock.advance(SECOND_MS);
    }
    const first = await account.stripe.customers.list({ limit: 10 });
    expect(first).toMatchObject({ has_more: true, data: { length: 10, 0: { name: '24' } } });
    const next = await account.stripe.customers.list({ limit: 10, starting_after: first.data.at(-1)!.id });
    expect(next.data.map(({ name }) => name)).toEqual(['14', '13', '12', '11', '10', '9', '8', '7', '6', '5']);
    const back = await account.stripe.customers.list({ limit: 3, ending_before: next.data[0]!.id });
    expect(back.data.map(({ name }) => name)).toEqual(['17', '16', '15']);
    const all: string[] = [];
    for await (const { name } of account.stripe.customers.list({ limit: 7 })) all.push(name!);
    expect(all).toEqual(Array.from({ length: 25 }, (_, index) => String(24 - index)));

    const since = { gte: seconds('2026-01-31T12:00:20Z') };
    expect((await account.stripe.customers.list({ created: since, limit: 100 })).data).toHaveLength(5);
    for (const limit of [0, 101])
      expect(await failing(account.stripe.customers.list({ limit }))).toMatchObject({
        statusCode: 400,
        param: 'limit',
      });
    expect(await failing(account.stripe.customers.list({ starting_after: 'cus_none' }))).toMatchObject({
      statusCode: 400,
    });
  });

  test('the search knows of a customer only later', async () => {
    const { id } = await account.stripe.customers.create({ metadata: { userId: '7' } });
    const found = async () => (await account.stripe.customers.search({ query: "metadata['userId']:'7'" })).data;
    expect(await found()).toEqual([]);
    account.standIn.advance(MINUTE_MS);
    expect(await found()).toMatchObject([{ id }]);
    expect((await account.stripe.customers.search({ query: "metadata['userId']:'8'" })).data).toEqual([]);
    expect(await failing(account.stripe.customers.search({ query: 'nonsense' }))).toMatchObject({ statusCode: 400 });
  });
});

describe("the stand-in's outages", () => {
  test('refuses connections when it is down, and is itself again afterwards', async () => {
    const { id } = await account.stripe.customers.create({});
    await account.standIn.down();
    expect(await failing(account.stripe.customers.retrieve(id))).toMatchObject({ type: 'StripeConnectionError' });
    await account.standIn.up();
    expect(await account.stripe.customers.retrieve(id)).toMatchObject({ id });
  });

  test('does not answer, answers late, or with what is no JSON', async () => {
    account.standIn.trouble({ fault: { kind: 'hang' }, route: 'GET /v1/customers/:id', calls: 1 });
    const { id } = await account.stripe.customers.create({});
    const hanging = account.connect(account.standIn.secretKey, { timeout: 50 });
    expect(await failing(hanging.customers.retrieve(id))).toMatchObject({ type: 'StripeConnectionError' });
    expect(await hanging.customers.retrieve(id)).toMatchObject({ id });
    account.standIn.trouble({ fault: { kind: 'garbage' }, calls: 1 });
    expect(await failing(account.stripe.customers.list())).toMatchObject({ type: 'StripeAPIError' });
    account.standIn.trouble({ fault: { kind: 'status', status: 503 } });
    expect(await failing(account.stripe.customers.list())).toMatchObject({ statusCode: 503 });
    account.standIn.noTrouble();
    expect((await account.stripe.customers.list()).data).toHaveLength(1);
    expect(
      account.standIn.calls.filter(({ route }) => route === 'GET /v1/customers').map(({ status }) => status),
    ).toEqual([200, 503, 200]);
  });

  test('with `done`, what was asked for happened though nobody heard of it', async () => {
    account.standIn.trouble({ fault: { kind: 'hang', done: true }, calls: 1 });
    const hanging = account.connect(account.standIn.secretKey, { timeout: 50 });
    await failing(hanging.customers.create({}));
    expect((await account.stripe.customers.list()).data).toHaveLength(1);
  });
});
