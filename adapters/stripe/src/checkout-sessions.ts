import { createHash } from 'node:crypto';
import { HOUR_MS, type Instant, MINUTE_MS, SECOND_MS, after, invariant } from '@backline/core/kernel';
import type { Checkout, CustomerId, HostedCheckout } from '@backline/core/subscriptions';
import type { Stripe } from 'stripe';
import { userMetadata } from './ids.ts';
import { shaped } from './shape.ts';
import { SESSION, pageShape } from './shapes.ts';
import { secondsToInstant } from './snapshot.ts';

/** At most 24 hours by Stripe's clock; the rest is for two clocks that disagree. */
const OPEN_MS = 23 * HOUR_MS + 30 * MINUTE_MS;

/**
 * For so long the same key and the same question are asked. Stripe keeps a key with its answer for a day, a 500 too: a
 * key that lasted as long would keep a fan from subscribing. After it, sessions that are open are looked through first.
 */
const KEY_MS = 10 * MINUTE_MS;

const MOST_LISTED = 100;

export type Shop = { readonly priceId: string; readonly publicUrl: string };

/** One session for an attempt, however late it is asked for again. */
export const sessionOf = async (
  stripe: Stripe,
  { priceId, publicUrl }: Shop,
  attempt: Checkout,
  customer: CustomerId,
  now: Instant,
): Promise<HostedCheckout> => {
  const time = Math.max(0, Math.floor((now - attempt.createdAt) / KEY_MS));
  const earlier = time === 0 ? null : await openedBefore(stripe, attempt, customer);
  if (earlier !== null) return hosted(earlier);

  const metadata = { ...userMetadata(attempt.userId), attemptId: attempt.id };
  const session = await stripe.checkout.sessions.create(
    {
      mode: 'subscription',
      customer,
      client_reference_id: String(attempt.userId),
      metadata,
      subscription_data: { metadata: userMetadata(attempt.userId) },
      line_items: [{ price: priceId, quantity: 1 }],
      success_url: `${publicUrl}/payments/success?session_id={CHECKOUT_SESSION_ID}`,
      cancel_url: `${publicUrl}/payments/cancelled`,
      expires_at: Math.floor(after(attempt.createdAt, time * KEY_MS + OPEN_MS) / SECOND_MS),
    },
    { idempotencyKey: `backline-checkout-${attempt.id}-${time}-${digestOf([priceId, publicUrl, customer])}` },
  );
  return hosted(shaped(session, SESSION, 'session'));
};

/** Under one key Stripe refuses any other question: another price, address or customer is another key's. */
const digestOf = (question: readonly string[]): string =>
  createHash('sha256').update(JSON.stringify(question)).digest('hex').slice(0, 16);

const openedBefore = async (
  stripe: Stripe,
  { id }: Checkout,
  customer: CustomerId,
): Promise<Stripe.Checkout.Session | null> => {
  const open = await stripe.checkout.sessions.list({ customer, status: 'open', limit: MOST_LISTED });
  return (
    shaped(open, pageShape(SESSION), 'sessions').data.find(({ metadata }) => metadata?.['attemptId'] === id) ?? null
  );
};

const hosted = ({ id, url, expires_at }: Stripe.Checkout.Session): HostedCheckout => {
  invariant(url !== null, 'an open session of a hosted checkout has a page');
  return { sessionId: id, url, expiresAt: secondsToInstant(expires_at) };
};
