import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Email, UserId } from '@backline/core/accounts';
import { DAY_MS, HOUR_MS, type Instant, type Result, SECOND_MS, after, before } from '@backline/core/kernel';
import type {
  Checkout,
  CheckoutId,
  EventId,
  ProviderPage,
  Receipt,
  WebhookVerifier,
} from '@backline/core/subscriptions';
import { steppingClock } from '@backline/memory';
import { stripePayments } from '@backline/stripe';
import { Stripe } from 'stripe';
import { START, valueOf } from '../core/platform.ts';
import { paymentGatewaySuite } from '../suites/payment-gateway.ts';
import { webhookVerifierSuite } from '../suites/webhook-verifier.ts';
import { type StripeAdapter, WEBHOOK_SECRET, openStripe } from '../support/stripe-platform.ts';
import { change } from '../support/stripe-stand-in/books.ts';
import { payInvoice } from '../support/stripe-stand-in/invoices.ts';
import { addPrice } from '../support/stripe-stand-in/prices.ts';
import { signatureOf } from '../support/stripe-stand-in/signing.ts';

paymentGatewaySuite('stripe', async () => {
  const { standIn, clock, gateway } = await openStripe();
  return {
    gateway,
    clock,
    pay: async (sessionId) => void standIn.actions.payCheckout(sessionId),
    close: standIn.close,
  };
});

const eventOf = (invoice: string, at: Instant): string =>
  JSON.stringify({
    id: `evt_${invoice}`,
    object: 'event',
    type: 'invoice.paid',
    created: at / SECOND_MS,
    data: { object: { id: invoice, object: 'invoice' } },
  });

const verifierWith = (webhookSecrets: readonly string[]): WebhookVerifier =>
  stripePayments({
    secretKey: 'sk_test_of_nobody',
    webhookSecrets,
    priceId: 'price_monthly',
    apiBase: null,
    publicUrl: 'https://app.example.com',
    clock: steppingClock(START),
    warn: () => undefined,
  }).verifier;

webhookVerifierSuite('stripe', () => ({
  verifier: verifierWith([WEBHOOK_SECRET]),
  signed: (at, invoice) => {
    const text = eventOf(invoice, at);
    return {
      body: new TextEncoder().encode(text),
      signature: signatureOf(text, [WEBHOOK_SECRET], at / SECOND_MS),
      event: {
        id: `evt_${invoice}` as EventId,
        type: 'invoice.paid',
        object: { kind: 'invoice', id: invoice },
        createdAt: at,
      },
    };
  },
}));

describe('while the secret of the webhooks is exchanged', () => {
  const text = eventOf('in_1', START);
  const body = new TextEncoder().encode(text);
  const verify = (ours: readonly string[], theirs: readonly string[]) =>
    verifierWith(ours).verify(body, signatureOf(text, theirs, START / SECOND_MS), START);

  test('either is good, on both sides', () => {
    for (const theirs of [['whsec_old'], ['whsec_new'], ['whsec_old', 'whsec_new'], ['whsec_new', 'whsec_other']])
      expect(verify(['whsec_old', 'whsec_new'], theirs)).toMatchObject({ ok: true });
    expect(verify(['whsec_new'], ['whsec_old', 'whsec_new'])).toMatchObject({ ok: true });
    expect(verify(['whsec_new'], ['whsec_old'])).toMatchObject({ error: { reason: 'forged' } });
  });
});

const fan = (userId: number) => ({ userId: userId as UserId, email: `fan${userId}@example.com` as Email });

const cents = (amount: number): bigint => BigInt(amount) * 10_000n;

describe('the gateway for Stripe', () => {
  let adapter: StripeAdapter;
  const open = async (options: Parameters<typeof openStripe>[0] = {}): Promise<void> => {
    await adapter?.standIn.close();
    adapter = await openStripe(options);
  };
  beforeEach(() => open());
  afterEach(() => adapter.standIn.close());

  const attemptOf = (userId: number): Checkout => ({
    id: randomUUID() as CheckoutId,
    userId: userId as UserId,
    createdAt: adapter.clock.now(),
    hosted: null,
    closedAt: null,
  });
  const openCheckout = async (attempt: Checkout) => {
    const customer = valueOf(await adapter.gateway.customerFor(fan(attempt.userId)));
    return valueOf(await adapter.gateway.openCheckout(attempt, customer));
  };
  /** The ids at Stripe of a subscription that was just paid for. */
  const subscribe = async (userId = 7): Promise<{ readonly subscription: string; readonly invoice: string }> => {
    const { sessionId } = await openCheckout(attemptOf(userId));
    adapter.standIn.actions.payCheckout(sessionId);
    const { subscription, invoice } = adapter.standIn.books.sessions.get(sessionId)!;
    return { subscription: subscription!, invoice: String(invoice) };
  };
  const receiptOf = async (id: string): Promise<Receipt | null> => {
    const object = valueOf(await adapter.gateway.fetch({ kind: 'invoice', id }));
    return object.kind === 'invoice' ? object.receipt : null;
  };

  test('names the user wherever Stripe shows it to anyone', async () => {
    const { sessionId, url, expiresAt } = await openCheckout(attemptOf(7));
    const { books } = adapter.standIn;
    const session = books.sessions.get(sessionId)!;
    expect(session).toMatchObject({ client_reference_id: '7', metadata: { userId: '7' }, mode: 'subscription', url });
    expect(expiresAt).toBe(session.expires_at * SECOND_MS);
    expect(books.customers.get(session.customer!)).toMatchObject({
      email: 'fan7@example.com',
      metadata: { userId: '7' },
    });
    const { subscription } = await subscribe();
    expect(books.subscriptions.get(subscription)).toMatchObject({ metadata: { userId: '7' } });
  });

  test('asks for a session under a key of the attempt, whoever asks', async () => {
    const attempt = attemptOf(7);
    await openCheckout(attempt);
    await openCheckout(attempt);
    await openCheckout(attemptOf(7));
    const keys = adapter.standIn.calls
      .filter(({ route }) => route === 'POST /v1/checkout/sessions')
      .map(({ idempotencyKey }) => idempotencyKey);
    expect(keys[0]).toContain(attempt.id);
    expect(keys[1]).toBe(keys[0]);
    expect(keys[2]).not.toBe(keys[0]);
  });

  test('finds the customer again after their key is forgotten, also when the first answer was lost', async () => {
    adapter.standIn.trouble({ fault: { kind: 'garbage' }, route: 'POST /v1/customers', calls: 1 });
    expect(await adapter.gateway.customerFor(fan(7))).toMatchObject({ error: { code: 'payments_away' } });
    adapter.standIn.advance(3 * DAY_MS);
    const found = valueOf(await adapter.gateway.customerFor(fan(7)));
    expect([...adapter.standIn.books.customers.keys()]).toEqual([found]);

    // The address is the fan's to change, in the portal.
    change(adapter.standIn.books.customers.get(found)!, { email: 'elsewhere@example.com' });
    adapter.standIn.advance(3 * DAY_MS);
    expect(await adapter.gateway.customerFor(fan(7))).toEqual({ ok: true, value: found });
  });

  test('a receipt is what was paid, what Stripe kept of it, and the month that it is for', async () => {
    const { invoice, subscription } = await subscribe();
    const { current_period_end: end } = adapter.standIn.books.subscriptions.get(subscription)!.items.data[0]!;
    expect(await receiptOf(invoice)).toEqual({
      invoiceId: invoice,
      userId: 7,
      subscriptionId: subscription,
      paid: { currency: 'USD', micros: cents(1_000) },
      tax: 0n,
      fee: cents(59),
      refunded: 0n,
      disputed: 0n,
      lines: [{ amount: cents(1_000), serviceFrom: START, serviceUntil: end * SECOND_MS }],
      paidAt: START,
    });
  });

  test.each([
    [
      { percent: 20, inclusive: false },
      { paid: 1_200, tax: 200, line: 1_000 },
    ],
    [
      { percent: 20, inclusive: true },
      { paid: 1_000, tax: 167, line: 833 },
    ],
  ])('tax is in what was paid, and not in its lines: %j', async (tax, { paid, tax: taxed, line }) => {
    await open({ terms: { tax } });
    const { invoice } = await subscribe();
    expect(await receiptOf(invoice)).toMatchObject({
      paid: { micros: cents(paid) },
      tax: cents(taxed),
      lines: [{ amount: cents(line) }],
    });
  });

  test.each([
    ['jpy', 1_000, 'JPY', 1_000_000_000n],
    ['eur', 999, 'EUR', 9_990_000n],
    ['kwd', 2_500, 'KWD', 2_500_000n],
  ])('knows how many decimals %s has', async (currency, amount, code, micros) => {
    await open({ price: { currency, amount } });
    const { invoice } = await subscribe();
    expect(await receiptOf(invoice)).toMatchObject({ paid: { currency: code, micros } });
  });

  test('a dearer price in the middle of the month: lines for what comes back and what is paid, of their own time', async () => {
    const { subscription } = await subscribe();
    const { standIn } = adapter;
    addPrice(standIn.books, { id: 'price_dearer', amount: 2_000 });
    standIn.advance(15 * DAY_MS);
    const stripe = new Stripe(standIn.secretKey, { host: '127.0.0.1', port: standIn.port, protocol: 'http' });
    const { items } = await stripe.subscriptions.retrieve(subscription);
    await stripe.subscriptions.update(subscription, {
      items: [{ id: items.data[0]!.id, price: 'price_dearer' }],
      proration_behavior: 'always_invoice',
    });
    const invoice = standIn.books.subscriptions.get(subscription)!.latest_invoice!;
    const receipt = (await receiptOf(invoice))!;
    expect(receipt).toMatchObject({
      paid: { micros: cents(500) },
      lines: [
        { amount: cents(-500), serviceFrom: after(START, 15 * DAY_MS) },
        { amount: cents(1_000), serviceFrom: after(START, 15 * DAY_MS) },
      ],
    });
  });

  test('nothing was paid: no receipt; paid in cash: a receipt without a fee', async () => {
    const { sessionId } = await openCheckout(attemptOf(7));
    adapter.standIn.actions.payCheckout(sessionId, 'slow');
    const invoice = adapter.standIn.books.sessions.get(sessionId)!.invoice!;
    expect(await receiptOf(invoice)).toBeNull();
    expect(await receiptOf('in_nothing')).toBeNull();
    payInvoice(adapter.standIn.books, adapter.standIn.books.invoices.get(invoice)!, true);
    expect(await receiptOf(invoice)).toMatchObject({ paid: { micros: cents(1_000) }, fee: 0n, refunded: 0n });
  });

  test('a charge leads to its invoice; one that paid for something else to none', async () => {
    const { invoice } = await subscribe();
    const charge = adapter.standIn.actions.chargeOf(invoice);
    const fetched = async () => valueOf(await adapter.gateway.fetch({ kind: 'charge', id: charge }));
    expect(await fetched()).toEqual({ kind: 'charge', chargeId: charge, invoiceId: invoice, suspect: false });
    adapter.standIn.actions.warnOfFraud(charge);
    expect(await fetched()).toMatchObject({ suspect: true });
    adapter.standIn.books.invoicePayments.clear();
    expect(await fetched()).toMatchObject({ invoiceId: null });
  });

  test('what is not ours is nothing to us', async () => {
    const stripe = new Stripe(adapter.standIn.secretKey, {
      host: '127.0.0.1',
      port: adapter.standIn.port,
      protocol: 'http',
    });
    const { id: customer } = await stripe.customers.create({ email: 'somebody@example.com' });
    adapter.standIn.actions.setCard(customer, 'works');
    const items = [{ price: adapter.standIn.priceId }];
    const { id, latest_invoice: invoice } = await stripe.subscriptions.create({ customer, items });
    expect(await adapter.gateway.fetch({ kind: 'subscription', id })).toMatchObject({ value: { snapshot: null } });
    expect(await receiptOf(String(invoice))).toBeNull();
    expect(await adapter.gateway.allSubscriptions(null)).toMatchObject({ value: { items: [], next: null } });
    expect(await adapter.gateway.invoicesPaidSince(START, null)).toMatchObject({ value: { items: [] } });
  });

  test('lists go on over the pages', async () => {
    const { books } = adapter.standIn;
    for (let userId = 1; userId <= 120; userId += 1) await subscribe(userId);
    const all = await everyPage((page) => adapter.gateway.allSubscriptions(page));
    expect(new Set(all.map(({ id }) => String(id)))).toEqual(new Set(books.subscriptions.keys()));
    const paid = await everyPage((page) => adapter.gateway.invoicesPaidSince(before(START, HOUR_MS), page));
    expect(new Set(paid.map(String))).toEqual(new Set(books.invoices.keys()));
    const undelivered = await everyPage((page) => adapter.gateway.undelivered(START, page));
    expect(undelivered.length).toBe(
      books.events.size - [...books.events.values()].filter((each) => each.delivered).length,
    );
    expect(new Set(undelivered.map(({ id }) => id)).size).toBe(undelivered.length);
  }, 30_000);

  test('the circuit opens after failures in a row, and closes when Stripe is back', async () => {
    await open({ times: { openMs: 200 } });
    const { gateway, circuit, standIn } = adapter;
    const ask = () => gateway.fetch({ kind: 'subscription', id: 'sub_none' });
    standIn.trouble({ fault: { kind: 'rate-limit' } });
    while (circuit.state() === 'closed') expect(await ask()).toMatchObject({ error: { code: 'payments_away' } });
    const heard = standIn.calls.length;
    expect(await ask()).toMatchObject({ error: { code: 'payments_away' } });
    expect(standIn.calls.length).toBe(heard);
    standIn.noTrouble();
    while (circuit.state() !== 'closed') await ask();
    expect(await ask()).toEqual({ ok: true, value: { kind: 'subscription', snapshot: null } });
    expect(circuit.calls()).toMatchObject({ away: 5, ok: 0 });
  });

  test.each([
    ['does not answer', { kind: 'hang' }],
    ['answers too late', { kind: 'slow', ms: 2_000 }],
    ['ends the connection', { kind: 'reset' }],
    ['answers what is no JSON', { kind: 'garbage' }],
    ['stops in the middle', { kind: 'cut', bytes: 5 }],
    ['has trouble of its own', { kind: 'status', status: 500 }],
    ['has had enough of us', { kind: 'rate-limit' }],
  ] as const)(
    'Stripe %s: it is away, and nothing worse',
    async (_, fault) => {
      await open({ times: { requestMs: 50, callMs: 1_500 } });
      const { subscription } = await subscribe();
      adapter.standIn.trouble({ fault });
      const away = { ok: false, error: { code: 'payments_away' } };
      expect(await adapter.gateway.fetch({ kind: 'subscription', id: subscription })).toMatchObject(away);
      adapter.standIn.noTrouble();
      expect(await adapter.gateway.fetch({ kind: 'subscription', id: subscription })).toMatchObject({ ok: true });
    },
    20_000,
  );

  test('a request that gets no answer is sent again, and nobody sees', async () => {
    await open({ times: { requestMs: 100, callMs: 10 * SECOND_MS } });
    const { subscription } = await subscribe();
    adapter.standIn.trouble({ fault: { kind: 'hang' }, calls: 1 });
    const fetched = await adapter.gateway.fetch({ kind: 'subscription', id: subscription });
    expect(fetched).toMatchObject({ ok: true, value: { snapshot: { status: 'active' } } });
  }, 20_000);

  test('a key that Stripe does not take is a fault of ours, and says so without it', async () => {
    const { standIn, clock } = adapter;
    const { gateway } = stripePayments({
      secretKey: 'sk_test_wrong_key_of_ours',
      webhookSecrets: [WEBHOOK_SECRET],
      priceId: standIn.priceId,
      apiBase: standIn.url,
      publicUrl: 'https://app.example.com',
      clock,
      warn: () => undefined,
    });
    const asked = gateway.fetch({ kind: 'subscription', id: 'sub_1' });
    await expect(asked).rejects.toThrow(/Invalid API Key/);
    await expect(asked).rejects.not.toThrow(/sk_test_wrong_key_of_ours/);
  });
});

const everyPage = async <Item>(
  pageAt: (page: string | null) => Promise<Result<ProviderPage<Item>, unknown>>,
): Promise<readonly Item[]> => {
  const items: Item[] = [];
  for (let next: string | null | undefined; next !== null;) {
    const page: ProviderPage<Item> = valueOf(await pageAt(next ?? null));
    items.push(...page.items);
    next = page.next;
  }
  return items;
};
