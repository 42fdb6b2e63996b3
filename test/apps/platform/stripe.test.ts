import { createHmac, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { MINUTE_MS, instant } from '@backline/core/kernel';
import { type Member, join, publish } from '../../support/people.ts';
import { type TestDatabase, freshDatabase } from '../../support/postgres.ts';
import { type Program, endPrograms, eventually, startApp } from '../../support/programs.ts';
import { type Scratch, scratchDirectory } from '../../support/scratch.ts';
import type { Delivery } from '../../support/stripe-stand-in/deliveries.ts';
import { type StripeStandIn, stripeStandIn } from '../../support/stripe-stand-in/stripe-stand-in.ts';

const SECRETS = ['whsec_the_one_in_force', 'whsec_the_one_that_follows'] as const;

let ahead = 0;
/** The machine's own time, as the program has it; what is put off comes due by `advance`. */
const clock = {
  now: () => instant(Date.now() + ahead),
  advance: (durationMs: number) => {
    ahead += durationMs;
  },
};

let data: Scratch;
let database: TestDatabase;
let stripe: StripeStandIn;
let app: Program;

beforeAll(async () => {
  data = scratchDirectory();
  database = await freshDatabase();
  stripe = await stripeStandIn({ clock, webhookSecrets: [SECRETS[1]] });
  app = await startApp('platform', {
    DATABASE_URL: database.url,
    DATA_DIR: data.path,
    STRIPE_SECRET_KEY: stripe.secretKey,
    STRIPE_WEBHOOK_SECRET: SECRETS.join(','),
    STRIPE_PRICE_ID: stripe.priceId,
    STRIPE_API_BASE: stripe.url,
  });
}, 60_000);

afterAll(async () => {
  await endPrograms();
  await stripe.close();
  await database.drop();
  data.remove();
}, 30_000);

const checkout = ({ token }: Member) => app.call('POST', '/payments/checkout', { token });
const isActive = async ({ token }: Member): Promise<boolean> =>
  (await app.call('GET', '/users/me', { token })).body.subscriptionActive;
const kept = (what: 'subscription' | 'receipt', { userId }: Member) =>
  database.sql(`select * from ${what} where user_id = ${userId}`);
const undone = async (): Promise<number> =>
  (await database.sql('select id from webhook_event where done_at is null')).length;

const post = async (body: Uint8Array | string, signature?: string): Promise<number> => {
  const headers = {
    'Content-Type': 'application/json',
    ...(signature === undefined ? {} : { 'Stripe-Signature': signature }),
  };
  return (await app.call('POST', '/webhooks/stripe', { bytes: body, headers })).status;
};
const hand = async (deliveries: readonly Delivery[]): Promise<void> => {
  for (const delivery of deliveries) {
    const { body, signature } = delivery.message();
    expect(await post(body, signature)).toBe(200);
    delivery.succeeded();
  }
};

/** A fan who has paid at Stripe's page, and the events about it, none of them sent. */
const paying = async (): Promise<{ fan: Member; deliveries: readonly Delivery[]; subscriptionId: string }> => {
  const fan = await join(app, 'FAN');
  const { sessionId } = (await checkout(fan)).body;
  stripe.actions.payCheckout(sessionId);
  const deliveries = stripe.webhooks.take();
  return { fan, deliveries, subscriptionId: String(stripe.books.sessions.get(sessionId)?.subscription) };
};

const isLate = ({ event }: Delivery): boolean => event.type.startsWith('customer.subscription.');

describe('a platform whose fans pay with Stripe', () => {
  test('five clicks are one session of one customer; who has paid has 409, and a portal', async () => {
    const fan = await join(app, 'FAN');
    const clicks = await Promise.all(Array.from({ length: 5 }, () => checkout(fan)));
    expect(clicks.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    expect(new Set(clicks.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    expect([stripe.books.sessions.size, stripe.books.customers.size]).toEqual([1, 1]);

    stripe.actions.payCheckout(clicks[0]?.body.sessionId);
    await hand(stripe.webhooks.take());
    await eventually(() => isActive(fan));
    expect((await checkout(fan)).status).toBe(409);
    expect(await app.call('POST', '/payments/portal', { token: fan.token })).toMatchObject({
      status: 200,
      body: { url: expect.stringMatching(/^http/) },
    });
  }, 60_000);

  test('events in reverse and twice lead to the same, and the money is booked once, with its real fee', async () => {
    const { fan, deliveries } = await paying();
    await hand([...deliveries.toReversed(), ...deliveries]);
    await eventually(async () => (await undone()) === 0);
    expect(await isActive(fan)).toBe(true);
    expect(await kept('subscription', fan)).toMatchObject([{ status: 'active' }]);
    expect(await kept('receipt', fan)).toMatchObject([
      { currency: 'USD', paid_micros: '10000000', fee_micros: '590000', refunded_micros: '0' },
    ]);
  }, 60_000);

  test('what has ended stays ended, whatever comes late', async () => {
    const { fan, deliveries, subscriptionId } = await paying();
    await hand(deliveries.filter((each) => !isLate(each)));
    await eventually(() => isActive(fan));

    await fetch(`${stripe.url}/v1/subscriptions/${subscriptionId}`, {
      method: 'DELETE',
      headers: { Authorization: `Bearer ${stripe.secretKey}` },
    });
    await hand(stripe.webhooks.take());
    await eventually(async () => !(await isActive(fan)));
    const late = deliveries.filter(isLate);
    expect(late.length).toBeGreaterThan(0);
    await hand(late);
    await eventually(async () => (await undone()) === 0);
    expect(await isActive(fan)).toBe(false);
  }, 60_000);

  test('forged, unsigned, stale, future and changed events are refused, and nothing is kept', async () => {
    const { deliveries } = await paying();
    const { body, signature } = deliveries[0]?.message() ?? { body: new Uint8Array(), signature: '' };
    const changed = body.map((byte, index) => (index === 40 ? byte ^ 1 : byte));
    const signedAt = (offsetMs: number, secret: string): string => {
      const seconds = Math.floor((Date.now() + offsetMs) / 1_000);
      return `t=${seconds},v1=${createHmac('sha256', secret).update(`${seconds}.`).update(body).digest('hex')}`;
    };
    const before = await database.sql('select count(*) from webhook_event');
    expect(await post(body)).toBe(400);
    expect(await post(changed, signature)).toBe(400);
    expect(await post(body, signedAt(0, 'whsec_of_somebody_else'))).toBe(400);
    expect(await post(body, signedAt(-6 * MINUTE_MS, SECRETS[0]))).toBe(400);
    expect(await post(body, signedAt(6 * MINUTE_MS, SECRETS[0]))).toBe(400);
    expect(await database.sql('select count(*) from webhook_event')).toEqual(before);
    expect(await post(body, signedAt(0, SECRETS[0]))).toBe(200);
    await hand(deliveries);
  }, 60_000);

  test('while Stripe is away: checkout is 503, all else goes on; 40 copies of an event have one effect afterwards', async () => {
    const { fan, deliveries } = await paying();
    const other = await join(app, 'FAN');
    const trackId = await publish(app, await join(app, 'ARTIST'));
    await stripe.down();
    try {
      const first = deliveries.find(({ event }) => event.type === 'checkout.session.completed');
      const message = first?.message() ?? { body: new Uint8Array(), signature: '' };
      const answers = await Promise.all(Array.from({ length: 40 }, () => post(message.body, message.signature)));
      expect(new Set(answers)).toEqual(new Set([200]));
      expect(await database.sql(`select id from webhook_event where id = '${first?.event.id}'`)).toHaveLength(1);

      const refused = await checkout(other);
      expect(refused).toMatchObject({ status: 503, body: { type: '/problems/payments-away' } });
      expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
      expect((await app.call('GET', '/tracks', {})).status).toBe(200);
      expect((await app.call('GET', '/health/ready', {})).body).toMatchObject({
        status: 'ready',
        checks: { payments: { status: 'failed' } },
      });
      const json = { playId: randomUUID(), trackId, startedAt: new Date().toISOString(), msPlayed: 31_000 };
      expect((await app.call('POST', '/streams', { token: fan.token, json })).status).toBe(201);
      expect(await isActive(fan)).toBe(false);
    } finally {
      await stripe.up();
    }
    await eventually(() => isActive(fan));
    expect(await kept('subscription', fan)).toHaveLength(1);
    await eventually(async () => (await checkout(other)).status === 200);
    expect((await app.call('GET', '/metrics', {})).text).toContain('circuit_state{circuit="stripe",state="closed"} 1');
  }, 120_000);
});
