import { describe, expect, test } from '@jest/globals';
import { DAY_MS, err } from '@backline/core/kernel';
import type { PaymentGateway } from '@backline/core/subscriptions';
import { memoryPayments } from '@backline/memory';
import { type Platform, deliver, join, platform, subscribe, valueOf } from '../platform.ts';
import { CUSTOMER } from '../../suites/samples.ts';

const away = err({ code: 'payments_away' as const, retryAfterMs: 1_000 });

/** With what the gateway was asked to open; it is away while `isAway`. */
const opened = async () => {
  const asked: string[] = [];
  const state = { isAway: false };
  const it = platform();
  const gateway: PaymentGateway = {
    ...it.ports.paymentGateway,
    openCheckout: async (attempt, customer) => {
      asked.push(attempt.id);
      return state.isAway ? away : it.ports.paymentGateway.openCheckout(attempt, customer);
    },
  };
  const watched: Platform = platform({ clock: it.clock, paymentGateway: gateway });
  const user = await join(watched, 'fan1@example.com');
  return { ...watched, clock: it.clock, payments: it.ports.payments, asked, state, user };
};

describe('startCheckout', () => {
  test('of five at once gives one session', async () => {
    const { core, asked, user } = await opened();
    const results = await Promise.all(Array.from({ length: 5 }, () => core.subscriptions.startCheckout(user.id)));
    expect(new Set(results.map((result) => valueOf(result).sessionId)).size).toBe(1);
    expect(new Set(asked).size).toBe(1);
  });

  test('gives the open session again without asking anew', async () => {
    const { core, asked, user } = await opened();
    const first = valueOf(await core.subscriptions.startCheckout(user.id));
    expect(valueOf(await core.subscriptions.startCheckout(user.id))).toEqual(first);
    expect(asked).toHaveLength(1);
  });

  test('gives each user their own', async () => {
    const it = await opened();
    const other = await join(it, 'fan2@example.com');
    const sessions = await Promise.all([it.user, other].map(({ id }) => it.core.subscriptions.startCheckout(id)));
    expect(new Set(sessions.map((result) => valueOf(result).sessionId)).size).toBe(2);
  });

  test('gives another one once the session has expired', async () => {
    const { core, clock, user } = await opened();
    const first = valueOf(await core.subscriptions.startCheckout(user.id));
    clock.advance(first.expiresAt - clock.now() - 1);
    expect(valueOf(await core.subscriptions.startCheckout(user.id))).toEqual(first);
    clock.advance(1);
    expect(valueOf(await core.subscriptions.startCheckout(user.id)).sessionId).not.toBe(first.sessionId);
  });

  test('after the provider was away asks again for the same attempt', async () => {
    const { core, asked, state, user } = await opened();
    state.isAway = true;
    expect(await core.subscriptions.startCheckout(user.id)).toEqual(away);
    state.isAway = false;
    expect((await core.subscriptions.startCheckout(user.id)).ok).toBe(true);
    expect(asked).toHaveLength(2);
    expect(new Set(asked).size).toBe(1);
  });

  test('refuses a subscriber, and takes them again once they are none', async () => {
    const it = platform();
    const user = await join(it, 'fan1@example.com');
    await subscribe(it, user);
    expect(await it.core.subscriptions.startCheckout(user.id)).toEqual(err({ code: 'already_subscribed' }));

    const [subscription] = await it.ports.subscriptions.allOf(user.id);
    valueOf(await it.core.subscriptions.endSubscriptions(user.id));
    await deliver(it, it.ports.payments.event({ kind: 'subscription', id: subscription!.id }));
    expect((await it.core.subscriptions.startCheckout(user.id)).ok).toBe(true);
  });

  test('begins another attempt after a checkout that was paid and whose subscription ended', async () => {
    const it = platform();
    const user = await join(it, 'fan1@example.com');
    const first = valueOf(await it.core.subscriptions.startCheckout(user.id));
    await deliver(it, it.ports.payments.pay(first.sessionId));
    await it.core.subscriptions.endSubscriptions(user.id);
    const [subscription] = await it.ports.subscriptions.allOf(user.id);
    await deliver(it, it.ports.payments.event({ kind: 'subscription', id: subscription!.id }));
    expect(valueOf(await it.core.subscriptions.startCheckout(user.id)).sessionId).not.toBe(first.sessionId);
  });

  test('the memory gateway gives one session for one attempt, whatever is asked in between', async () => {
    const { clock } = platform();
    const { paymentGateway } = memoryPayments(clock);
    const attempt = { id: 'attempt', userId: 1, createdAt: clock.now(), hosted: null, closedAt: null } as never;
    const first = valueOf(await paymentGateway.openCheckout(attempt, CUSTOMER));
    clock.advance(2 * DAY_MS);
    expect(valueOf(await paymentGateway.openCheckout(attempt, CUSTOMER))).toEqual(first);
  });
});
