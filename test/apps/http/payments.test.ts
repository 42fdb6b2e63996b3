import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import {
  answerSandboxCheckout,
  cancelSandboxSubscription,
  answerSandboxPortal,
  getSubscription,
  openPortal,
  receiveStripeEvent,
  showPaid,
  showSandboxCheckout,
  showSandboxPortal,
  startCheckout,
} from '@backline/contracts/http';
import { sandboxPages } from '@backline/composition';
import type { UserId } from '@backline/core/accounts';
import { DAY_MS, HOUR_MS, instant } from '@backline/core/kernel';
import { sequentialIds, steppingClock } from '@backline/memory';
import { PAGE_CSP, sandboxPayments } from '@backline/sandbox-payments';
import { type HttpApp, type Person, expectContract, expectProblem, openHttpApp } from '../../support/http.ts';

const JSON_TYPE = { 'Content-Type': 'application/json' };

describe('payments over HTTP', () => {
  let app: HttpApp;
  let fan: Person;

  beforeAll(async () => {
    app = await openHttpApp();
    fan = await app.person('FAN');
  });
  afterAll(() => app.close());

  test('one open checkout for a fan, none for a subscriber', async () => {
    const none = await app.call('GET', '/payments/subscription', { token: fan.token });
    expectContract(getSubscription, none);
    expect(none.body).toEqual({
      status: 'none',
      active: false,
      currentPeriodEnd: null,
      cancelAtPeriodEnd: false,
      dunning: null,
    });

    const checkout = () => app.call('POST', '/payments/checkout', { token: fan.token });
    const [first, second] = await Promise.all([checkout(), checkout()]);
    expect(first.status).toBe(200);
    expect(second.body).toEqual(first.body);

    await app.subscribe(fan);
    const subscribed = await app.call('GET', '/payments/subscription', { token: fan.token });
    expectContract(getSubscription, subscribed);
    expect(subscribed.body).toMatchObject({ status: 'active', active: true });
    const refused = await checkout();
    expectContract(startCheckout, refused);
    expectProblem(refused, 409, 'already-subscribed');
    expectProblem(await app.call('POST', '/payments/checkout'), 401, 'unauthorized');
  });

  test.each(['success?session_id=cs_1', 'success', 'cancelled', 'account'])(
    'who comes back to /payments/%s reads a page that tells nothing of anybody',
    async (path) => {
      const page = await app.call('GET', `/payments/${path}`);
      expectContract(showPaid, page);
      expect(page.headers['content-security-policy']).toContain("default-src 'none'");
      expect(page.text).toMatch(/<h1>[^<]+<\/h1>/);
      expect(page.text).not.toContain('cs_1');
    },
  );

  test('a provider that is away is 503 with a time to come back', async () => {
    const away = await openHttpApp({
      ports: {
        paymentGateway: {
          ...app.ports.paymentGateway,
          openCheckout: async () => ({ ok: false, error: { code: 'payments_away', retryAfterMs: 4_001 } }),
        },
      },
    });
    const person = await away.person('FAN');
    const answer = await away.call('POST', '/payments/checkout', { token: person.token });
    expectProblem(answer, 503, 'payments-away');
    expect(answer.headers['retry-after']).toBe('5');
    await away.close();
  });

  test('a webhook counts for what its signature is of', async () => {
    const { body: bytes, signature } = app.ports.payments.event(null);
    const events = app.ports.published().length;
    const post = (content: Uint8Array, headers: Record<string, string>) =>
      app.call('POST', '/webhooks/stripe', { bytes: content, headers: { ...JSON_TYPE, ...headers } });

    const changed = Buffer.from(bytes);
    changed[5] = 0x20;
    for (const refused of [
      await post(changed, { 'Stripe-Signature': signature }),
      await post(bytes, { 'Stripe-Signature': 'memory-none' }),
      await post(new Uint8Array(), { 'Stripe-Signature': signature }),
    ]) {
      expectContract(receiveStripeEvent, refused);
      expectProblem(refused, 400, 'bad-signature');
    }
    expect(expectProblem(await post(bytes, {}), 400, 'invalid-input')).toEqual(['stripe-signature']);
    expect(app.ports.published()).toHaveLength(events);

    for (let time = 0; time < 2; time += 1) {
      const received = await post(bytes, { 'Stripe-Signature': signature });
      expectContract(receiveStripeEvent, received);
      expect(received.body).toEqual({ received: true });
    }
    expect(app.ports.published()).toHaveLength(events + 1);
  });

  test('without the sandbox there is nothing of it', async () => {
    for (const path of ['/sandbox/checkout/x', '/sandbox/subscriptions/cancel'])
      expectProblem(await app.call('POST', path, { token: fan.token }), 404, 'not-found');
  });
});

describe('the payment sandbox over HTTP', () => {
  const clock = steppingClock(instant(Date.parse('2026-11-20T12:00:00Z')));
  let directory: string;
  let app: HttpApp;
  let fan: Person;
  /** Whether the worker is at work. */
  let isApplying: boolean;
  let waits: number;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'backline-sandbox-'));
    isApplying = true;
    waits = 0;
    const payments = sandboxPayments({
      directory,
      publicUrl: 'http://127.0.0.1:1',
      signingSecret: 'a secret of at least thirty-two bytes',
      clock,
      ids: sequentialIds(),
      deliver: async (bytes, signature) => {
        const headers = { ...JSON_TYPE, 'Stripe-Signature': signature };
        return (await app.call('POST', '/webhooks/stripe', { bytes, headers })).status === 200;
      },
    });
    app = await openHttpApp({
      ports: { clock, paymentGateway: payments.gateway, webhookVerifier: payments.verifier },
      deps: {
        sandbox: sandboxPages(payments),
        wait: async () => {
          waits += 1;
          if (isApplying && waits === 3) await app.applyEvents();
        },
      },
    });
    fan = await app.person('FAN');
  });
  afterEach(async () => {
    await app.close();
    await rm(directory, { recursive: true });
  });

  const checkout = async (): Promise<string> => {
    const { body } = await app.call('POST', '/payments/checkout', { token: fan.token });
    return new URL(body.url).pathname;
  };
  const press = (path: string, action: string) =>
    app.call('POST', path, {
      bytes: `action=${action}`,
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    });
  const play = (what: string) => app.call('POST', `/sandbox/subscriptions/${what}`, { token: fan.token });
  const subscription = async () => (await app.call('GET', '/payments/subscription', { token: fan.token })).body;
  const isSubscribed = async (): Promise<boolean> =>
    (await app.call('GET', '/users/me', { token: fan.token })).body.subscriptionActive;

  test('who pays is subscribed by the time the page is back', async () => {
    const path = await checkout();
    const page = await app.call('GET', path);
    expectContract(showSandboxCheckout, page);
    expect(page).toMatchObject({
      status: 200,
      headers: { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': PAGE_CSP },
    });
    expect(page.text).toContain('$10.00');

    const paid = await press(path, 'pay');
    expectContract(answerSandboxCheckout, paid);
    expect(paid).toMatchObject({ status: 303, headers: { location: path } });
    expect(await isSubscribed()).toBe(true);
    expect((await app.call('GET', path)).text).toContain('subscribed');
    expectProblem(await press(path, 'cancel'), 409, 'checkout-closed');
  });

  test('a worker that is away does not keep the payer waiting for ever', async () => {
    isApplying = false;
    expect((await press(await checkout(), 'pay')).status).toBe(303);
    expect(waits).toBe(40);
    expect(await isSubscribed()).toBe(false);
    await app.applyEvents();
    expect(await isSubscribed()).toBe(true);
  });

  test('who cancels pays nothing', async () => {
    const path = await checkout();
    expect((await press(path, 'cancel')).status).toBe(303);
    expect(await isSubscribed()).toBe(false);
    expectProblem(await press(path, 'pay'), 409, 'checkout-closed');
  });

  test('the other cases: past due, cancelled, refunded', async () => {
    for (const what of ['cancel', 'past-due', 'refund']) expectProblem(await play(what), 404, 'no-subscription');
    await press(await checkout(), 'pay');

    waits = 0;
    expect((await play('past-due')).status).toBe(204);
    expect(await subscription()).toMatchObject({
      status: 'past_due',
      active: true,
      dunning: {
        since: new Date(clock.now()).toISOString(),
        accessUntil: new Date(clock.now() + 7 * DAY_MS).toISOString(),
        payUrl: null,
      },
    });

    expect((await play('refund')).status).toBe(204);
    waits = 0;
    const cancelled = await play('cancel');
    expectContract(cancelSandboxSubscription, cancelled);
    expect(cancelled.status).toBe(204);
    expect(await subscription()).toMatchObject({ status: 'canceled', active: false });
  });

  test.each([
    ['no action', 'x=1', ['action', 'x']],
    ['another action', 'action=steal', ['action']],
    ['two actions', 'action=pay&action=cancel', ['action']],
  ])('a form with %s is refused by name', async (_, bytes, named) => {
    const answer = await app.call('POST', await checkout(), {
      bytes,
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    });
    expect(expectProblem(answer, 400, 'invalid-input')).toEqual(named);
    expect(await isSubscribed()).toBe(false);
  });

  test('who pays may cancel for the end of the period in the portal, and take that back', async () => {
    const portal = () => app.call('POST', '/payments/portal', { token: fan.token });
    const nothing = await portal();
    expectContract(openPortal, nothing);
    expectProblem(nothing, 409, 'not-a-customer');
    await press(await checkout(), 'pay');

    const opened = await portal();
    expectContract(openPortal, opened);
    const path = new URL(opened.body.url).pathname;
    const page = await app.call('GET', path);
    expectContract(showSandboxPortal, page);
    expect(page.headers['content-security-policy']).toBe(PAGE_CSP);
    expect(page.text).toContain('20 December 2026');

    for (const [action, isEnding] of [
      ['cancel', true],
      ['cancel', true],
      ['resume', false],
    ] as const) {
      waits = 0;
      const answered = await press(path, action);
      expectContract(answerSandboxPortal, answered);
      expect(answered).toMatchObject({ status: 303, headers: { location: path } });
      expect(await subscription()).toMatchObject({ status: 'active', active: true, cancelAtPeriodEnd: isEnding });
      expect((await app.call('GET', path)).text).toContain(isEnding ? 'Keep my subscription' : 'Cancel on');
    }
  });

  test('a portal is open for an hour, and only by the link to it', async () => {
    await press(await checkout(), 'pay');
    const { body } = await app.call('POST', '/payments/portal', { token: fan.token });
    const path = new URL(body.url).pathname;
    expectProblem(await app.call('GET', `${path.slice(0, -1)}x`), 404, 'not-found');
    expectProblem(await press('/sandbox/portal/bps_none', 'cancel'), 404, 'not-found');
    clock.advance(HOUR_MS);
    expectProblem(await app.call('GET', path), 404, 'not-found');
    expectProblem(await press(path, 'cancel'), 404, 'not-found');
    expect(await app.core.subscriptions.current(fan.userId as UserId)).toMatchObject({ cancelAtPeriodEnd: false });
  });

  test('a checkout that is none is not found', async () => {
    expectProblem(await app.call('GET', '/sandbox/checkout/cs_none'), 404, 'not-found');
    expectProblem(await press('/sandbox/checkout/cs_none', 'pay'), 404, 'not-found');
    expect(expectProblem(await app.call('GET', '/sandbox/checkout/a%2Fb'), 400, 'invalid-input')).toEqual([
      'sessionId',
    ]);
  });
});
