import { describe, expect, test } from '@jest/globals';
import type { UserId } from '@backline/core/accounts';
import { DAY_MS, HOUR_MS, USD, after, err, micros, money, ok } from '@backline/core/kernel';
import type { EventId, InvoiceId, Receipt, SubscriptionId } from '@backline/core/subscriptions';
import { type Platform, START, eventsOf, join, platform, subscribe, valueOf } from '../platform.ts';

const FAN = 1 as UserId;

const RECEIPT: Receipt = {
  invoiceId: 'invoice-1' as InvoiceId,
  userId: FAN,
  subscriptionId: null,
  paid: money(10_000_000n, USD),
  tax: micros(0n),
  fee: micros(590_000n),
  refunded: micros(0n),
  disputed: micros(0n),
  lines: [{ amount: micros(10_000_000n), serviceFrom: START, serviceUntil: after(START, 30 * DAY_MS) }],
  paidAt: START,
};

const subscribed = async () => {
  const it = platform();
  await subscribe(it, await join(it, 'fan1@example.com'));
  const [subscription] = await it.ports.subscriptions.allOf(FAN);
  it.ports.payments.putReceipt(RECEIPT, subscription!.id);
  return { ...it, id: subscription!.id };
};

const receiptOf = async ({ ports }: Platform): Promise<Receipt | null> =>
  (await ports.uow.run(async ({ receipts }) => ok(await receipts.find(RECEIPT.invoiceId)))).value;

const reconciled = async ({ core }: Platform) => valueOf(await core.subscriptions.reconcile());

describe('reconcile', () => {
  test('takes over what was never announced, says what it was, and finds nothing the second time', async () => {
    const it = await subscribed();
    await it.ports.paymentGateway.cancel(it.id);
    expect(await reconciled(it)).toEqual({
      missedEvents: 0,
      comparedSubscriptions: 1,
      differences: [
        { kind: 'subscription', id: it.id },
        { kind: 'invoice', id: RECEIPT.invoiceId },
      ],
    });
    expect(await it.core.subscriptions.current(FAN)).toMatchObject({ status: 'canceled', entitling: false });
    expect(await receiptOf(it)).toEqual(RECEIPT);
    expect(await reconciled(it)).toEqual({ missedEvents: 0, comparedSubscriptions: 1, differences: [] });
  });

  test('finds a subscription that we never heard of', async () => {
    const it = platform();
    await join(it, 'fan1@example.com');
    const id = 'subscription-x' as SubscriptionId;
    it.ports.payments.put({
      id,
      userId: FAN,
      status: 'active',
      currentPeriodStart: START,
      currentPeriodEnd: after(START, 30 * DAY_MS),
      cancelAtPeriodEnd: false,
      pastDueSince: null,
      endedAt: null,
      payUrl: null,
    });
    expect((await reconciled(it)).differences).toEqual([{ kind: 'subscription', id }]);
    expect(await it.core.subscriptions.current(FAN)).toMatchObject({ id, entitling: true });
  });

  test('puts events that were lost on the way into the inbox, once, and gives each a job', async () => {
    const it = await subscribed();
    const lost = it.ports.payments.event({ kind: 'invoice', id: RECEIPT.invoiceId });
    it.ports.payments.lose(lost);
    const jobs = () => eventsOf(it, 'subscriptions.webhook_received').filter(({ eventId }) => eventId === lost.eventId);
    expect((await reconciled(it)).missedEvents).toBe(1);
    expect((await reconciled(it)).missedEvents).toBe(0);
    expect(jobs()).toHaveLength(1);
    expect(await it.core.subscriptions.applyWebhook(lost.eventId)).toEqual(ok(null));
  });

  test('says that the provider is away, and has changed nothing', async () => {
    const away = err({ code: 'payments_away' as const, retryAfterMs: 1_000 });
    const it = await subscribed();
    const gateway = { ...it.ports.paymentGateway, allSubscriptions: async () => away };
    const cut = platform({ paymentGateway: gateway });
    expect(await cut.core.subscriptions.reconcile()).toEqual(away);
  });
});

describe('a charge', () => {
  test('that was refunded leads to the receipt as it is now', async () => {
    const it = await subscribed();
    const apply = async (): Promise<void> => {
      const { body, signature, eventId } = it.ports.payments.event({ kind: 'charge', id: 'charge-1' });
      valueOf(await it.core.subscriptions.receiveWebhook(body, signature));
      valueOf(await it.core.subscriptions.applyWebhook(eventId));
    };
    it.ports.payments.putCharge('charge-1', RECEIPT.invoiceId, false);
    await apply();
    expect(await receiptOf(it)).toEqual(RECEIPT);

    const refunded = { ...RECEIPT, refunded: micros(4_000_000n), disputed: micros(6_000_000n) };
    it.ports.payments.putReceipt(refunded, it.id);
    await apply();
    await apply();
    expect(await receiptOf(it)).toEqual(refunded);
    expect(eventsOf(it, 'subscriptions.fraud_warned')).toEqual([]);
  });

  test('that a card network suspects is announced', async () => {
    const it = await subscribed();
    it.ports.payments.putCharge('charge-1', RECEIPT.invoiceId, true);
    const { body, signature, eventId } = it.ports.payments.event({ kind: 'charge', id: 'charge-1' });
    valueOf(await it.core.subscriptions.receiveWebhook(body, signature));
    valueOf(await it.core.subscriptions.applyWebhook(eventId));
    expect(eventsOf(it, 'subscriptions.fraud_warned')).toEqual([
      {
        type: 'subscriptions.fraud_warned',
        chargeId: 'charge-1',
        invoiceId: RECEIPT.invoiceId,
        occurredAt: START,
      },
    ]);
  });
});

describe('an event', () => {
  test('is applied again when an operator replays it', async () => {
    const it = await subscribed();
    const { eventId } = eventsOf(it, 'subscriptions.webhook_received')[0]!;
    await it.ports.paymentGateway.cancel(it.id);
    expect(await it.core.subscriptions.applyWebhook(eventId)).toEqual(ok(null));
    expect(await it.core.subscriptions.current(FAN)).toMatchObject({ status: 'active' });

    expect(await it.core.subscriptions.replayWebhook(eventId)).toEqual(ok(null));
    expect(eventsOf(it, 'subscriptions.webhook_received')).toHaveLength(2);
    expect(await it.core.subscriptions.applyWebhook(eventId)).toEqual(ok(null));
    expect(await it.core.subscriptions.current(FAN)).toMatchObject({ status: 'canceled' });
  });

  test('that nobody sent cannot be replayed', async () => {
    expect(await platform().core.subscriptions.replayWebhook('nonsense' as EventId)).toEqual(
      err({ code: 'event_not_found' }),
    );
  });

  test('that has waited for an hour is given a job again', async () => {
    const it = platform();
    const { body, signature, eventId } = it.ports.payments.event(null);
    valueOf(await it.core.subscriptions.receiveWebhook(body, signature));
    it.clock.advance(HOUR_MS);
    expect(await it.core.subscriptions.retryOverdueWebhooks()).toBe(0);
    it.clock.advance(1);
    expect(await it.core.subscriptions.retryOverdueWebhooks()).toBe(1);
    expect(eventsOf(it, 'subscriptions.webhook_received').map((event) => event.eventId)).toEqual([eventId, eventId]);
    valueOf(await it.core.subscriptions.applyWebhook(eventId));
    expect(await it.core.subscriptions.retryOverdueWebhooks()).toBe(0);
  });
});

describe('openPortal', () => {
  test('is for who has begun to pay', async () => {
    const it = platform();
    const fan = await join(it, 'fan1@example.com');
    expect(await it.core.subscriptions.openPortal(fan.id)).toEqual(err({ code: 'not_a_customer' }));
    await subscribe(it, fan);
    expect(valueOf(await it.core.subscriptions.openPortal(fan.id)).url).toContain('portal');
  });

  test('is closed again to who was erased', async () => {
    const it = await subscribed();
    valueOf(await it.core.subscriptions.endSubscriptions(FAN));
    expect(await it.core.subscriptions.openPortal(FAN)).toEqual(err({ code: 'not_a_customer' }));
  });
});
