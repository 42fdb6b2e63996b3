import { type Instant, MINUTE_MS } from '@backline/core/kernel';
import type { Payer } from '@backline/core/subscriptions';
import type { Stripe } from 'stripe';
import { userIn, userMetadata } from './ids.ts';
import { shaped } from './shape.ts';
import { CUSTOMER, pageShape } from './shapes.ts';

const MOST_LISTED = 100;
const KEY_MS = 10 * MINUTE_MS;

/**
 * One customer for a user: found by what names the user, else made under a key of ours. The search lags behind for a
 * minute or so, the list by address does not; the key is for those who ask at the same time. It is not kept for longer,
 * since Stripe would keep its answer for a day with it, a 500 too.
 */
export const customerOf = async (stripe: Stripe, payer: Payer, now: Instant): Promise<string> =>
  (await searched(stripe, payer)) ?? (await listed(stripe, payer)) ?? (await made(stripe, payer, now));

const searched = async (stripe: Stripe, { userId }: Payer): Promise<string | null> =>
  firstOf(await stripe.customers.search({ query: `metadata['userId']:'${userId}'`, limit: MOST_LISTED }), userId);

const listed = async (stripe: Stripe, { userId, email }: Payer): Promise<string | null> =>
  firstOf(await stripe.customers.list({ email, limit: MOST_LISTED }), userId);

/** The oldest, so that all who look find the same. */
const firstOf = (page: { readonly data: readonly Stripe.Customer[] }, userId: Payer['userId']): string | null =>
  shaped(page, pageShape(CUSTOMER), 'customers')
    .data.filter(({ metadata }) => userIn(metadata) === userId)
    .toSorted((a, b) => a.created - b.created || (a.id < b.id ? -1 : 1))[0]?.id ?? null;

const made = async (stripe: Stripe, { userId, email }: Payer, now: Instant): Promise<string> => {
  const customer = await stripe.customers.create(
    { email, metadata: userMetadata(userId) },
    { idempotencyKey: `backline-customer-${userId}-${Math.floor(now / KEY_MS)}` },
  );
  return shaped(customer, CUSTOMER, 'customer').id;
};
