import { AsyncResource } from 'node:async_hooks';
import { once } from 'node:events';
import { type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { SECOND_MS } from '@backline/core/kernel';
import { steppingClock } from '@backline/memory';
import { type StripeTimes, stripePayments } from '@backline/stripe';
import { START } from '../core/platform.ts';
import { WEBHOOK_SECRET } from '../support/stripe-platform.ts';
import { signatureOf } from '../support/stripe-stand-in/signing.ts';

const AWAY = { ok: false, error: { code: 'payments_away' } };
const NOTHING = { ok: true, value: { kind: 'subscription', snapshot: null } };

type Answer = (response: ServerResponse) => void;

const json =
  (status: number, error: object): Answer =>
  (response) => {
    response.writeHead(status, { 'content-type': 'application/json', 'stripe-should-retry': 'false' });
    response.end(JSON.stringify({ error }));
  };

const MISSING = json(404, { type: 'invalid_request_error', code: 'resource_missing', message: 'No such subscription' });
const BROKEN = json(500, { type: 'api_error', message: 'Something went wrong on our end.' });

/** Something at Stripe's address that does one thing after the other, and the last of them for ever. */
const stripeThat = async (answers: readonly Answer[]) => {
  const held: ServerResponse[] = [];
  let heard = 0;
  let script = [...answers];
  const server = createServer((_, response) => {
    heard += 1;
    const answer = script.length > 1 ? script.shift() : script[0];
    if (answer === undefined) held.push(response);
    else answer(response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    heard: () => heard,
    held,
    now: (...then: readonly Answer[]) => void (script = [...then]),
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};

let stripe: Awaited<ReturnType<typeof stripeThat>>;
beforeEach(async () => {
  stripe = await stripeThat([]);
});
afterEach(async () => {
  jest.useRealTimers();
  await stripe.close();
});

const paymentsWith = ({ secretKey = 'sk_test_of_nobody', times = {} as Partial<StripeTimes> }) => {
  const warnings: string[] = [];
  const payments = stripePayments({
    secretKey,
    webhookSecrets: [WEBHOOK_SECRET],
    priceId: 'price_monthly',
    apiBase: stripe.url,
    publicUrl: 'https://app.example.com',
    clock: steppingClock(START),
    warn: (message, detail) => void warnings.push(`${message} ${JSON.stringify(detail)}`),
    times,
  });
  return { ...payments, warnings, ask: () => payments.gateway.fetch({ kind: 'subscription', id: 'sub_1' }) };
};

const until = async (holds: () => boolean): Promise<void> => {
  while (!holds()) await turn();
};

/** Sockets go on as they do; waiting is up to the test. As real timers do, these remember who has set them. */
const holdTimers = (): void => {
  jest.useFakeTimers({
    doNotFake: ['Date', 'hrtime', 'nextTick', 'performance', 'queueMicrotask', 'setImmediate', 'clearImmediate'],
  });
  const held = globalThis.setTimeout;
  globalThis.setTimeout = ((work: (...args: unknown[]) => void, ms: number, ...args: unknown[]) =>
    held(AsyncResource.bind(work), ms, ...args)) as typeof setTimeout;
};

describe('a Stripe that takes the connection and never answers', () => {
  test('is away after eleven seconds', async () => {
    holdTimers();
    const { ask } = paymentsWith({});
    let answer: unknown;
    const asked = ask().then((given) => void (answer = given));
    await until(() => stripe.heard() === 1);
    await jest.advanceTimersByTimeAsync(11 * SECOND_MS - 1);
    expect(answer).toBeUndefined();
    await jest.advanceTimersByTimeAsync(1);
    await asked;
    expect(answer).toMatchObject(AWAY);
  });

  test('is not asked again for whom nobody waits for any more', async () => {
    holdTimers();
    const { ask } = paymentsWith({});
    const asked = ask();
    await until(() => stripe.heard() === 1);
    await jest.advanceTimersByTimeAsync(11 * SECOND_MS);
    expect(await asked).toMatchObject(AWAY);
    // The request ends, and the SDK means to try it twice more.
    stripe.held[0]!.destroy();
    await until(() => jest.getTimerCount() > 0);
    while (jest.getTimerCount() > 0) await jest.advanceTimersByTimeAsync(SECOND_MS);

    stripe.now(MISSING);
    expect(await ask()).toEqual(NOTHING);
    expect(stripe.heard()).toBe(2);
  });
});

describe('the circuit', () => {
  test('opens after five failures in a row, not after five in all', async () => {
    const { ask, circuit } = paymentsWith({});
    for (const answers of [4, 4]) {
      stripe.now(BROKEN);
      for (let time = 0; time < answers; time += 1) expect(await ask()).toMatchObject(AWAY);
      stripe.now(MISSING);
      expect(await ask()).toEqual(NOTHING);
    }
    expect(circuit.state()).toBe('closed');
    stripe.now(BROKEN);
    for (let time = 0; time < 5; time += 1) expect(await ask()).toMatchObject(AWAY);
    expect(circuit.state()).toBe('open');
    expect(circuit.calls()).toEqual({ ok: 0, missing: 2, away: 13, misshapen: 0, refused: 0, 'not-tried': 0 });
  });

  test('lets one call find out whether Stripe is back; nobody waits for it', async () => {
    const { ask, circuit } = paymentsWith({ times: { openMs: 1 } });
    stripe.now(BROKEN);
    while (circuit.state() === 'closed') await ask();
    stripe.now();
    const before = stripe.heard();
    let probing: ReturnType<typeof ask> | undefined;
    while (circuit.state() !== 'half-open') {
      probing = ask();
      await turn();
    }
    await until(() => stripe.heard() === before + 1);
    const others = await Promise.all(Array.from({ length: 20 }, ask));
    for (const other of others) expect(other).toEqual({ ok: false, error: { code: 'payments_away', retryAfterMs: 1 } });
    expect(stripe.heard()).toBe(before + 1);

    MISSING(stripe.held[0]!);
    expect(await probing).toEqual(NOTHING);
    expect(circuit.state()).toBe('closed');
  });

  test('says how long to stay away', async () => {
    const { ask } = paymentsWith({ times: { openMs: 4_321 } });
    stripe.now(BROKEN);
    for (let time = 0; time < 6; time += 1)
      expect(await ask()).toEqual({ ok: false, error: { code: 'payments_away', retryAfterMs: 4_321 } });
    expect(stripe.heard()).toBe(5);
  });
});

describe('what Stripe refuses', () => {
  test('is told without the key, even where Stripe tells it', async () => {
    stripe.now(json(401, { type: 'invalid_request_error', message: 'Invalid API Key provided: sk_live_all_of_it' }));
    const { ask, circuit } = paymentsWith({ secretKey: 'sk_live_all_of_it' });
    await expect(ask()).rejects.toThrow(/^Stripe refused: Invalid API Key provided: the key/);
    expect(circuit.calls()).toMatchObject({ refused: 1, away: 0 });
  });

  test('does not open the circuit: it is there', async () => {
    stripe.now(json(403, { type: 'invalid_request_error', message: 'Not allowed.' }));
    const { ask, circuit } = paymentsWith({});
    for (let time = 0; time < 10; time += 1) await expect(ask()).rejects.toThrow('Not allowed');
    expect(circuit.state()).toBe('closed');
  });
});

const message = (livemode: boolean | undefined) => {
  const text = JSON.stringify({
    id: 'evt_1',
    object: 'event',
    type: 'invoice.paid',
    created: START / SECOND_MS,
    ...(livemode === undefined ? {} : { livemode }),
    data: { object: { id: 'in_1', object: 'invoice' } },
  });
  return [new TextEncoder().encode(text), signatureOf(text, [WEBHOOK_SECRET], START / SECOND_MS), START] as const;
};

describe('events of the other mode', () => {
  test.each([
    ['sk_live_1', true, true],
    ['rk_live_1', true, true],
    ['sk_test_1', false, true],
    ['sk_live_1', undefined, true],
    ['sk_live_1', false, false],
    ['rk_live_1', false, false],
    ['sk_test_1', true, false],
  ])('with the key %s, livemode %s: acted upon is %s', (secretKey, livemode, acts) => {
    const { verifier, warnings } = paymentsWith({ secretKey });
    expect(verifier.verify(...message(livemode))).toMatchObject({
      ok: true,
      value: { id: 'evt_1', object: acts ? { kind: 'invoice', id: 'in_1' } : null },
    });
    expect(warnings).toHaveLength(acts ? 0 : 1);
  });
});
