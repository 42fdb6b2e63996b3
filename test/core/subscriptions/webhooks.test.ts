import { describe, expect, test } from '@jest/globals';
import type { UserId } from '@backline/core/accounts';
import { DAY_MS, SECOND_MS, USD, after, err, micros, money, ok } from '@backline/core/kernel';
import type { EventId, InvoiceId, PaymentGateway, SubscriptionId } from '@backline/core/subscriptions';
import type { SignedEvent } from '@backline/memory';
import { type Platform, START, deliver, eventsOf, join, platform, subscribe, valueOf } from '../platform.ts';

const FAN = 1 as UserId;

/** All that our side keeps of the fan's payments. */
const stateOf = async ({ ports, clock, core }: Platform) => ({
  subscriptions: await ports.subscriptions.allOf(FAN),
  funding: (await ports.playLog.run(async ({ plays }) => ok(await plays.listenerFacts([FAN])))).value.get(FAN)?.funding,
  checkout: (await ports.uow.run(async ({ checkouts }) => ok((await checkouts.latestOf(FAN))?.closedAt ?? null))).value,
  current: await core.subscriptions.current(FAN),
  now: clock.now(),
});

const permutations = <T>(items: readonly T[]): readonly (readonly T[])[] =>
  items.length <= 1
    ? [items]
    : items.flatMap((item, index) =>
        permutations([...items.slice(0, index), ...items.slice(index + 1)]).map((rest) => [item, ...rest]),
      );

/** A fan who has paid at the provider, and the events that say so; none of them delivered. */
const paid = async (): Promise<Platform & { readonly events: readonly SignedEvent[]; readonly id: SubscriptionId }> => {
  const it = platform();
  const { payments } = it.ports;
  await join(it, 'fan1@example.com');
  const { sessionId } = valueOf(await it.core.subscriptions.startCheckout(FAN));
  const completed = payments.pay(sessionId);
  const object = valueOf(await payments.paymentGateway.fetch({ kind: 'checkout', id: sessionId }));
  const id = object.kind === 'checkout' ? object.subscriptionId! : ('' as SubscriptionId);
  payments.putReceipt(
    {
      invoiceId: 'invoice-1' as InvoiceId,
      userId: FAN,
      subscriptionId: id,
      paid: money(10_000_000n, USD),
      tax: micros(0n),
      fee: micros(590_000n),
      refunded: micros(0n),
      disputed: micros(0n),
      lines: [{ amount: micros(10_000_000n), serviceFrom: START, serviceUntil: after(START, 30 * DAY_MS) }],
      paidAt: START,
    },
    id,
  );
  const events = [
    completed,
    payments.event({ kind: 'subscription', id }),
    payments.event({ kind: 'invoice', id: 'invoice-1' }),
    payments.event({ kind: 'subscription', id }),
  ];
  return { ...it, events, id };
};

describe('webhooks', () => {
  test('in any order lead to the same state', async () => {
    const states = new Set<string>();
    for (const order of permutations([0, 1, 2, 3])) {
      const it = await paid();
      for (const index of order) await deliver(it, it.events[index]!);
      states.add(JSON.stringify(await stateOf(it)));
      expect(eventsOf(it, 'subscriptions.funding_changed')).toEqual([
        { type: 'subscriptions.funding_changed', userId: FAN, since: START, occurredAt: START },
      ]);
    }
    expect(states.size).toBe(1);
    const [state] = [...states].map((text) => JSON.parse(text));
    expect(state).toMatchObject({ current: { status: 'active', entitling: true }, checkout: START });
    expect(state.funding).toEqual([{ from: START, until: null }]);
  });

  test.each([0, 1, 2])('any of them alone is enough: %i', async (index) => {
    const it = await paid();
    await deliver(it, it.events[index]!);
    expect(await it.core.subscriptions.current(FAN)).toMatchObject({ id: it.id, status: 'active', entitling: true });
  });

  test('received twice is kept once and applied once', async () => {
    const it = await paid();
    const { body, signature, eventId } = it.events[1]!;
    for (let time = 0; time < 3; time += 1)
      expect(await it.core.subscriptions.receiveWebhook(body, signature)).toEqual(ok(null));
    expect(eventsOf(it, 'subscriptions.webhook_received')).toEqual([
      { type: 'subscriptions.webhook_received', eventId, occurredAt: START },
    ]);
    expect(await it.core.subscriptions.applyWebhook(eventId)).toEqual(ok(null));
    const applied = await stateOf(it);
    expect(await it.core.subscriptions.applyWebhook(eventId)).toEqual(ok(null));
    expect(await stateOf(it)).toEqual(applied);
    expect(eventsOf(it, 'subscriptions.funding_changed')).toHaveLength(1);
  });

  test('applied at once are applied one after the other', async () => {
    const it = await paid();
    for (const { body, signature } of it.events) await it.core.subscriptions.receiveWebhook(body, signature);
    await Promise.all([...it.events, ...it.events].map(({ eventId }) => it.core.subscriptions.applyWebhook(eventId)));
    expect(await it.core.subscriptions.current(FAN)).toMatchObject({ status: 'active' });
    expect(eventsOf(it, 'subscriptions.funding_changed')).toHaveLength(1);
  });

  test('an old event brings in the state of now', async () => {
    const it = await paid();
    const [, begun] = it.events;
    const { body, signature, eventId } = begun!;
    valueOf(await it.core.subscriptions.receiveWebhook(body, signature));
    await it.ports.paymentGateway.cancel(it.id);
    valueOf(await it.core.subscriptions.applyWebhook(eventId));
    expect(await it.core.subscriptions.current(FAN)).toMatchObject({ status: 'canceled', entitling: false });
  });

  test('a change of what pays for listening is announced from its first instant on', async () => {
    const it = platform();
    const user = await join(it, 'fan1@example.com');
    await subscribe(it, user);
    it.clock.advance(10 * DAY_MS);
    await it.core.subscriptions.endSubscriptions(user.id);
    it.clock.advance(DAY_MS);
    const [subscription] = await it.ports.subscriptions.allOf(user.id);
    await deliver(it, it.ports.payments.event({ kind: 'subscription', id: subscription!.id }));
    expect(eventsOf(it, 'subscriptions.funding_changed')[1]).toEqual({
      type: 'subscriptions.funding_changed',
      userId: user.id,
      since: after(START, 10 * DAY_MS),
      occurredAt: after(START, 11 * DAY_MS),
    });
  });

  test('while the provider is away nothing is done, and nothing is lost', async () => {
    const away = err({ code: 'payments_away' as const, retryAfterMs: 1_000 });
    const state = { isAway: true };
    const first = await paid();
    const gateway: PaymentGateway = {
      ...first.ports.paymentGateway,
      fetch: async (ref) => (state.isAway ? away : first.ports.paymentGateway.fetch(ref)),
    };
    const it = platform({ paymentGateway: gateway, webhookVerifier: first.ports.webhookVerifier });
    await join(it, 'fan1@example.com');
    const { body, signature, eventId } = first.events[0]!;
    valueOf(await it.core.subscriptions.receiveWebhook(body, signature));
    expect(await it.core.subscriptions.applyWebhook(eventId)).toEqual(away);
    expect(await it.core.subscriptions.current(FAN)).toBeNull();
    state.isAway = false;
    expect(await it.core.subscriptions.applyWebhook(eventId)).toEqual(ok(null));
    expect(await it.core.subscriptions.current(FAN)).toMatchObject({ status: 'active' });
  });

  test('about nothing that is known here are kept, and done with', async () => {
    const it = platform();
    const other = it.ports.payments.event(null);
    await deliver(it, other);
    const entry = await it.ports.uow.run(async ({ inbox }) => ok(await inbox.find(other.eventId)));
    expect(entry.value).toMatchObject({ object: null, doneAt: START });
  });

  test.each(['subscription', 'invoice', 'checkout'] as const)(
    'about a %s that is not ours change nothing',
    async (kind) => {
      const it = platform();
      await join(it, 'fan1@example.com');
      await deliver(it, it.ports.payments.event({ kind, id: 'not-ours' }));
      expect(await it.core.subscriptions.current(FAN)).toBeNull();
    },
  );

  test('that were never received cannot be applied', async () => {
    expect(await platform().core.subscriptions.applyWebhook('nonsense' as EventId)).toEqual(
      err({ code: 'event_not_found' }),
    );
  });

  test.each<[string, (event: SignedEvent, it: Platform) => [Uint8Array, string | undefined], string]>([
    ['without a signature', ({ body }) => [body, undefined], 'missing'],
    ['with another signature', ({ body }) => [body, 'nonsense'], 'forged'],
    [
      'with another body',
      ({ body, signature }) => [body.map((byte, index) => (index === 20 ? byte ^ 1 : byte)), signature],
      'forged',
    ],
    ['with a longer body', ({ body, signature }) => [Buffer.concat([body, Buffer.from(' ')]), signature], 'forged'],
    [
      'older than 300 s',
      ({ body, signature }, { clock }) => {
        clock.advance(300 * SECOND_MS + 1);
        return [body, signature];
      },
      'stale',
    ],
  ])('%s are refused, and nothing is kept', async (_, tamper, reason) => {
    const it = platform();
    const event = it.ports.payments.event({ kind: 'invoice', id: 'invoice-1' });
    const [body, signature] = tamper(event, it);
    expect(await it.core.subscriptions.receiveWebhook(body, signature)).toEqual(err({ code: 'bad_signature', reason }));
    expect((await it.ports.uow.run(async ({ inbox }) => ok(await inbox.find(event.eventId)))).value).toBeNull();
    expect(it.ports.published()).toEqual([]);
  });

  test('of the future are refused', async () => {
    const it = platform();
    const { body, signature } = it.ports.payments.event(null);
    it.clock.advance(-1);
    expect(await it.core.subscriptions.receiveWebhook(body, signature)).toEqual(
      err({ code: 'bad_signature', reason: 'stale' }),
    );
  });
});
