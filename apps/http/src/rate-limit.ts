import type { Claims } from '@backline/core/accounts';
import type { Context } from 'koa';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { Limits } from './limits.ts';
import { Refusal } from './problem.ts';

/** Counts a request of the user, or of the address where there is none; throws a `Refusal` when there are too many. */
export type RateLimit = (ctx: Context, claims: Claims | null) => Promise<void>;

const WINDOW_S = 60;

export const rateLimit = ({ requestsPerMinute }: Limits): RateLimit => {
  const limiter = new RateLimiterMemory({ points: requestsPerMinute, duration: WINDOW_S });
  const policy = `"requests";q=${requestsPerMinute};w=${WINDOW_S}`;

  return async (ctx, claims) => {
    const key = claims === null ? `address ${ctx.ip}` : `user ${claims.userId}`;
    const counted = await count(limiter, key);
    const resetS = Math.ceil(counted.result.msBeforeNext / 1_000);
    ctx.set('RateLimit-Policy', policy);
    ctx.set('RateLimit-Limit', String(requestsPerMinute));
    ctx.set('RateLimit-Remaining', String(counted.result.remainingPoints));
    ctx.set('RateLimit-Reset', String(resetS));
    if (!counted.within) throw tooMany(resetS);
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
    {
      headers: { 'Retry-After': String(Math.max(1, retryAfterS)) },
    },
  );
