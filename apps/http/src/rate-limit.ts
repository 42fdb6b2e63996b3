import type { Claims } from '@backline/core/accounts';
import { type Clock, type Instant, SECOND_MS, after } from '@backline/core/kernel';
import type { Context } from 'koa';
import { type RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { clientNetwork } from './client-network.ts';
import type { Limits } from './limits.ts';
import { Refusal } from './problem.ts';

/** Counts a request of the user, or of the address where there is none; throws a `Refusal` when there are too many. */
export type RateLimit = (ctx: Context, caller: Claims | null) => void;

const WINDOW_S = 60;

type Window = { used: number; readonly endsAt: Instant };

/** Each key's own windows, one after the other, the first from its first request on. */
const windowsByKey = (): ((key: string, now: Instant) => Window) => {
  // All are of one length, so the oldest come first.
  const windows = new Map<string, Window>();
  return (key, now) => {
    for (const [old, { endsAt }] of windows) {
      if (endsAt > now) break;
      windows.delete(old);
    }
    const known = windows.get(key);
    if (known !== undefined) return known;
    const window = { used: 0, endsAt: after(now, WINDOW_S * SECOND_MS) };
    windows.set(key, window);
    return window;
  };
};

/** `RateLimit` and its policy are of draft-ietf-httpapi-ratelimit-headers-11, the others of what clients knew before. */
export const rateLimit = ({ requestsPerMinute }: Pick<Limits, 'requestsPerMinute'>, clock: Clock): RateLimit => {
  const windowOf = windowsByKey();
  const policy = `"requests";q=${requestsPerMinute};w=${WINDOW_S}`;
  const limit = String(requestsPerMinute);

  return ({ ip, res }, caller) => {
    const now = clock.now();
    const window = windowOf(caller === null ? `address ${clientNetwork(ip)}` : `user ${caller.userId}`, now);
    window.used += 1;
    const resetS = Math.ceil((window.endsAt - now) / SECOND_MS);
    const remaining = Math.max(0, requestsPerMinute - window.used);
    res.setHeader('RateLimit-Policy', policy);
    res.setHeader('RateLimit', `"requests";r=${remaining};t=${resetS}`);
    res.setHeader('RateLimit-Limit', limit);
    res.setHeader('RateLimit-Remaining', String(remaining));
    res.setHeader('RateLimit-Reset', String(resetS));
    if (window.used > requestsPerMinute) throw tooMany(resetS);
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
