import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, after, err, ok } from '@backline/core/kernel';
import type { EventId, InvoiceId } from '@backline/core/subscriptions';
import { type Platform, START, eventsOf, join, valueOf } from '../core/platform.ts';
import { type StripeAdapter, WEBHOOK_SECRET, openStripe, platformOn } from '../support/stripe-platform.ts';
import type { Delivery } from '../support/stripe-stand-in/deliveries.ts';
import { signatureOf } from '../support/stripe-stand-in/signing.ts';
import { FAN } from '../support/webhook-races.ts';

let adapter: StripeAdapter;
let on: Platform;

beforeEach(async () => {
  adapter = await openStripe();
  on = platformOn(adapter);
  await join(on, 'fan1@example.com');
});
afterEach(() => adapter.standIn.close());

const receive = ({ message }: Delivery) => {
  const { body, signature } = message();
  return on.core.subscriptions.receiveWebhook(body, signature);
};
const apply = ({ event }: Delivery) => on.core.subscriptions.applyWebhook(event.id as EventId);

/** All that Stripe has sent since the last time, as the worker deals with it. */
const workOff = async (deliveries: readonly Delivery[] = adapter.standIn.webhooks.take()): Promise<void> => {
  for (const delivery of deliveries) {
    valueOf(await receive(delivery));
    valueOf(await apply(delivery));
    delivery.succeeded();
  }
};

const checkOut = async (): Promise<string> => valueOf(await on.core.subscriptions.startCheckout(FAN)).sessionId;
const payAtStripe = async (): Promise<void> => void adapter.standIn.actions.payCheckout(await checkOut());
const current = () => on.core.subscriptions.current(FAN);
const receiptOf = async (id: string) =>
  (await on.ports.uow.run(async ({ receipts }) => ok(await receipts.find(id as InvoiceId)))).value;
const invoices = () => [...adapter.standIn.books.invoices.values()];

describe('a fan who pays at Stripe', () => {
  test('is a subscriber once the events have come in, in their order or the other way round, and twice', async () => {
    await payAtStripe();
    expect(await current()).toBeNull();
    const sent = adapter.standIn.webhooks.take();
    await workOff(sent.toReversed());
    await workOff(sent);
    expect(await current()).toMatchObject({ status: 'active', entitling: true, userId: FAN });
    expect(await on.core.subscriptions.startCheckout(FAN)).toEqual({
      ok: false,
      error: { code: 'already_subscribed' },
    });
  });

  test('is none after the end, and a late older event does not bring it back', async () => {
    await payAtStripe();
    const [late, ...sent] = adapter.standIn.webhooks.take().toSorted(byType('customer.subscription.created'));
    expect(late?.event.data.object).toMatchObject({ object: 'subscription', status: 'incomplete' });
    await workOff(sent);
    expect(await current()).toMatchObject({ entitling: true });
    valueOf(await on.core.subscriptions.endSubscriptions(FAN));
    await workOff();
    expect(await current()).toMatchObject({ status: 'canceled', entitling: false });
    adapter.clock.advance(2 * MINUTE_MS);
    await workOff([late!]);
    expect(await current()).toMatchObject({ status: 'canceled', entitling: false });
  });

  test('and who clicks five times has one session and one customer', async () => {
    const sessions = await Promise.all(Array.from({ length: 5 }, checkOut));
    expect(new Set(sessions).size).toBe(1);
    adapter.clock.advance(HOUR_MS);
    expect(await checkOut()).toBe(sessions[0]);
    expect(adapter.standIn.books.sessions.size).toBe(1);
    expect(adapter.standIn.books.customers.size).toBe(1);
  });

  test('keeps the customer that they are, whatever became of the first session', async () => {
    const first = await checkOut();
    adapter.standIn.advance(2 * DAY_MS);
    await workOff();
    expect(await checkOut()).not.toBe(first);
    expect(adapter.standIn.books.customers.size).toBe(1);
  });

  test('renews, is declined, has a week, and pays after all', async () => {
    await payAtStripe();
    await workOff();
    const { standIn } = adapter;
    standIn.advance(31 * DAY_MS);
    await workOff();
    const [subscription] = standIn.books.subscriptions.values();
    standIn.actions.setCard(subscription!.customer, 'declines');
    standIn.advance(subscription!.items.data[0]!.current_period_end * SECOND_MS + 2 * HOUR_MS - adapter.clock.now());
    await workOff();
    const owed = invoices().find(({ status }) => status === 'open')!;
    expect(await current()).toMatchObject({ status: 'past_due', entitling: true, payUrl: owed.hosted_invoice_url });
    standIn.actions.payInvoice(owed.id);
    await workOff();
    expect(await current()).toMatchObject({ status: 'active', entitling: true, payUrl: null });
    expect(await receiptOf(owed.id)).toMatchObject({ paid: { micros: 10_000_000n }, fee: 590_000n });
  });

  test('who is declined loses access after seven days, not before', async () => {
    await payAtStripe();
    await workOff();
    const { standIn, clock } = adapter;
    const [subscription] = standIn.books.subscriptions.values();
    standIn.actions.setCard(subscription!.customer, 'declines');
    const end = subscription!.items.data[0]!.current_period_end * SECOND_MS;
    standIn.advance(end + 2 * HOUR_MS - clock.now());
    await workOff();
    standIn.advance(6 * DAY_MS);
    await workOff();
    expect(await current()).toMatchObject({ status: 'past_due', entitling: true });
    clock.advance(DAY_MS + HOUR_MS);
    expect(await current()).toMatchObject({ entitling: false });
  });

  test('who cancels for the end of the period has access until then', async () => {
    await payAtStripe();
    const [subscription] = adapter.standIn.books.subscriptions.values();
    const end = subscription!.items.data[0]!.current_period_end;
    adapter.standIn.actions.rewriteSubscription(subscription!.id, { cancel_at_period_end: true, cancel_at: end });
    await workOff();
    adapter.clock.advance(end * SECOND_MS - SECOND_MS - adapter.clock.now());
    expect(await current()).toMatchObject({ cancelAtPeriodEnd: true, entitling: true });
    adapter.clock.advance(SECOND_MS);
    expect(await current()).toMatchObject({ entitling: false });
    adapter.standIn.advance(0);
    await workOff();
    expect(await current()).toMatchObject({ status: 'canceled', entitling: false });
  });

  test('a status that nobody has heard of gives nothing, and someone is told', async () => {
    await payAtStripe();
    const [subscription] = adapter.standIn.books.subscriptions.values();
    adapter.standIn.actions.rewriteSubscription(subscription!.id, { status: 'hibernating' });
    await workOff();
    expect(await current()).toMatchObject({ status: 'unknown', entitling: false });
    expect(adapter.warnings.join()).toContain('hibernating');
  });

  test('refunds and disputes change the receipt, and it is the same receipt', async () => {
    await payAtStripe();
    await workOff();
    const { actions } = adapter.standIn;
    const [{ id } = { id: '' }] = invoices();
    const charge = actions.chargeOf(id);
    actions.refund(charge, 250);
    const pending = actions.refund(charge, 150, 'pending');
    await workOff();
    expect(await receiptOf(id)).toMatchObject({ refunded: 4_000_000n, disputed: 0n });
    actions.failRefund(pending.id);
    await workOff();
    expect(await receiptOf(id)).toMatchObject({ refunded: 2_500_000n, disputed: 0n });
    const dispute = actions.dispute(charge, { amount: 750 });
    await workOff();
    expect(await receiptOf(id)).toMatchObject({ refunded: 2_500_000n, disputed: 7_500_000n });
    actions.closeDispute(dispute.id, 'won');
    await workOff();
    expect(await receiptOf(id)).toMatchObject({ refunded: 2_500_000n, disputed: 0n, paid: { micros: 10_000_000n } });
  });

  test('a warning of fraud is passed on', async () => {
    await payAtStripe();
    await workOff();
    const [{ id } = { id: '' }] = invoices();
    const charge = adapter.standIn.actions.chargeOf(id);
    adapter.standIn.actions.warnOfFraud(charge);
    await workOff();
    expect(eventsOf(on, 'subscriptions.fraud_warned')).toMatchObject([{ chargeId: charge, invoiceId: id }]);
  });

  test('a payment that takes days is a receipt only when it has arrived', async () => {
    const session = await checkOut();
    adapter.standIn.actions.payCheckout(session, 'slow');
    await workOff();
    const [{ id } = { id: '' }] = invoices();
    expect(await receiptOf(id)).toBeNull();
    adapter.standIn.advance(3 * DAY_MS);
    adapter.standIn.actions.concludeCheckout(session, true);
    await workOff();
    expect(await receiptOf(id)).toMatchObject({ paid: { micros: 10_000_000n }, paidAt: after(START, 3 * DAY_MS) });
  });
});

describe('Stripe away', () => {
  test('40 copies of one event are kept meanwhile, and have one effect afterwards', async () => {
    await payAtStripe();
    const paid = adapter.standIn.webhooks.take().find(({ event }) => event.type === 'invoice.paid')!;
    await adapter.standIn.down();
    const received = await Promise.all(Array.from({ length: 40 }, () => receive(paid)));
    expect(received).toEqual(Array.from({ length: 40 }, () => ok(null)));
    expect(await apply(paid)).toMatchObject({ ok: false, error: { code: 'payments_away' } });
    expect(await on.ports.webhooks.events({ undone: true }, 100)).toHaveLength(1);
    expect(await current()).toBeNull();

    await adapter.standIn.up();
    const applied = await Promise.all(Array.from({ length: 40 }, () => apply(paid)));
    expect(applied).toEqual(Array.from({ length: 40 }, () => ok(null)));
    expect(await current()).toMatchObject({ status: 'active', entitling: true });
    expect(eventsOf(on, 'subscriptions.webhook_received')).toHaveLength(1);
    expect(eventsOf(on, 'subscriptions.funding_changed')).toHaveLength(1);
    expect(await on.ports.webhooks.events({ undone: true }, 100)).toEqual([]);
  }, 30_000);

  test.each([
    ['an answer cut short', { kind: 'cut', bytes: 40 }, 0],
    ['an answer that is no JSON', { kind: 'garbage' }, 0],
    ['a connection that ends when all is done', { kind: 'reset', done: true }, 0],
    ['a 503', { kind: 'status', status: 503 }, 0],
    ['too many requests', { kind: 'rate-limit' }, 0],
    ['a 500 that its key keeps', { kind: 'status', status: 500, kept: true }, 10 * MINUTE_MS],
    ['an answer cut short, and the next click a day later', { kind: 'cut', bytes: 40 }, DAY_MS],
  ] as const)(
    'at the checkout, %s: in the end there is one session of one customer',
    async (_, fault, laterMs) => {
      for (const route of ['POST /v1/customers', 'POST /v1/checkout/sessions']) {
        adapter.standIn.trouble({ fault, route, calls: 1 });
        const first = await on.core.subscriptions.startCheckout(FAN);
        if (!first.ok) expect(first.error.code).toBe('payments_away');
        adapter.standIn.advance(laterMs);
      }
      const session = await checkOut();
      const open = [...adapter.standIn.books.sessions.values()].filter(({ status }) => status === 'open');
      expect(open.map(({ id }) => id)).toEqual([session]);
      expect(adapter.standIn.books.customers.size).toBe(1);
    },
    30_000,
  );
});

describe('a customer whom somebody deleted at Stripe', () => {
  test('has nothing to manage, and becomes a customer again with the next checkout', async () => {
    const session = await checkOut();
    const [customer] = [...adapter.standIn.books.customers.keys()];
    await fetch(`${adapter.standIn.url}/v1/customers/${customer}`, {
      method: 'DELETE',
      headers: { Authorization: `Bearer ${adapter.standIn.secretKey}` },
    });
    adapter.standIn.advance(DAY_MS);
    const again = await checkOut();
    expect(again).not.toBe(session);
    const [, another] = [...adapter.standIn.books.customers.keys()];
    expect(adapter.standIn.books.sessions.get(again)?.customer).toBe(another);

    await fetch(`${adapter.standIn.url}/v1/customers/${another}`, {
      method: 'DELETE',
      headers: { Authorization: `Bearer ${adapter.standIn.secretKey}` },
    });
    expect(await on.core.subscriptions.openPortal(FAN)).toEqual(err({ code: 'not_a_customer' }));
    expect(await on.core.subscriptions.openPortal(FAN)).toEqual(err({ code: 'not_a_customer' }));
  });
});

const refusal = async (body: Uint8Array, signature: string | undefined) => {
  const received = await on.core.subscriptions.receiveWebhook(body, signature);
  return received.ok ? null : received.error.reason;
};

describe('what is not from Stripe', () => {
  test('or not as Stripe sent it, or not of now, is refused and leaves no trace', async () => {
    await payAtStripe();
    const [delivery] = adapter.standIn.webhooks.take();
    const { body, signature } = delivery!.message();
    const text = new TextDecoder().decode(body);
    const nowS = Math.floor(adapter.clock.now() / SECOND_MS);
    const at = (seconds: number, secret = WEBHOOK_SECRET): string => signatureOf(text, [secret], seconds);

    expect(await refusal(body, undefined)).toBe('missing');
    expect(await refusal(body, at(nowS, 'whsec_of_somebody'))).toBe('forged');
    expect(
      await refusal(new TextEncoder().encode(text.replace('"livemode": false', '"livemode": true')), signature),
    ).toBe('forged');
    for (const seconds of [nowS - 301, nowS + 60, nowS + 365 * 86_400])
      expect(await refusal(body, at(seconds))).toBe('stale');
    expect(await on.ports.webhooks.events({ undone: false }, 10)).toEqual([]);
    expect(eventsOf(on, 'subscriptions.webhook_received')).toEqual([]);
    expect(await refusal(body, at(nowS - 300))).toBeNull();
  });
});

describe('reconciliation with Stripe', () => {
  test('finds what was lost on the way, loudly and silently, once', async () => {
    const { standIn } = adapter;
    standIn.webhooks.mischief.loss = ({ type }) => (type === 'invoice.paid' ? 'loudly' : 'silently');
    await payAtStripe();
    expect(standIn.webhooks.take()).toEqual([]);
    expect(await current()).toBeNull();
    const found = valueOf(await on.core.subscriptions.reconcile());
    expect(found).toMatchObject({ missedEvents: 1, comparedSubscriptions: 1 });
    expect(found.differences.map(({ kind }) => kind)).toEqual(['subscription', 'invoice']);
    expect(await current()).toMatchObject({ status: 'active', entitling: true });
    expect(await receiptOf(invoices()[0]!.id)).toMatchObject({ paid: { micros: 10_000_000n } });
    expect(valueOf(await on.core.subscriptions.reconcile())).toMatchObject({ missedEvents: 0, differences: [] });
  });
});

const byType =
  (type: string) =>
  (a: Delivery, b: Delivery): number =>
    Number(b.event.type === type) - Number(a.event.type === type);
