import type { Claims } from '@backline/core/accounts';
import type { Context } from 'koa';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { clientNetwork } from './client-network.ts';
import type { Limits } from './limits.ts';
import { Refusal } from './problem.ts';

/** Counts a request of the user, or of the address where there is none; throws a `Refusal` when there are too many. */
export type RateLimit = (ctx: Context, caller: Claims | null) => Promise<void>;

const WINDOW_S = 60;

/** `RateLimit` and its policy are of draft-ietf-httpapi-ratelimit-headers-11, the others of what clients knew before. */
export const rateLimit = ({ requestsPerMinute }: Pick<Limits, 'requestsPerMinute'>): RateLimit => {
  const limiter = new RateLimiterMemory({ points: requestsPerMinute, duration: WINDOW_S });
  const policy = `"requests";q=${requestsPerMinute};w=${WINDOW_S}`;
  const limit = String(requestsPerMinute);

  return async ({ ip, res }, caller) => {
    const key = caller === null ? `address ${clientNetwork(ip)}` : `user ${caller.userId}`;
    const { within, result } = await count(limiter, key);
    const resetS = Math.ceil(result.msBeforeNext / 1_000);
    const remaining = Math.max(0, result.remainingPoints);
    res.setHeader('RateLimit-Policy', policy);
    res.setHeader('RateLimit', `"requests";r=${remaining};t=${resetS}`);
    res.setHeader('RateLimit-Limit', limit);
    res.setHeader('RateLimit-Remaining', String(remaining));
    res.setHeader('RateLimit-Reset', String(resetS));
    if (!within) throw tooMany(resetS);
  };
};

/** Whether the key is still within its points after one more. */
export const count = async (
  limiter: RateLimiterMemory,
  key: string,
): Promise<{ readonly within: boolean; readonly result: RateLimiterRes }> => {
  try {
    return { within: true, result: await limiter.consume(key) };
  } catch (thrown) {
    if (thrown instanceof RateLimiterRes) return { within: false, result: thrown };
    throw thrown;
  }
};

export const tooMany = (retryAfterS: number): Refusal =>
  new Refusal(
    429,
    'too-many-requests',
    'Too many requests',
    'There were too many requests of this kind; wait a little.',
    { headers: { 'Retry-After': String(Math.max(1, retryAfterS)) } },
  );
