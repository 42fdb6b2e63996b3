import { type Route, eraseMe, logIn, refreshSession, register } from '@backline/contracts/http';
import type { Context } from 'koa';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { clientNetwork } from './client-network.ts';
import type { Limits } from './limits.ts';
import { count, tooMany } from './rate-limit.ts';

/** Slows down the guessing of passwords and tokens, and the making of accounts. */
export type CredentialGuard = {
  /** Throws a `Refusal` where there were too many failures, or accounts. */
  readonly admit: (ctx: Context, route: Route, body: unknown) => Promise<void>;
  /**
   * Counts a failure. Throws a `Refusal` where it, or others that ended meanwhile, were too many: so guesses made
   * at once tell no more than guesses made in turn.
   */
  readonly settle: (ctx: Context, route: Route, body: unknown, status: number) => Promise<void>;
};

type Counter = { readonly limiter: RateLimiterMemory; readonly key: string };

const QUARTER_HOUR_S = 15 * 60;
const HOUR_S = 60 * 60;

export const credentialGuard = (limits: Limits): CredentialGuard => {
  const byAccount = limiter(limits.failedLoginsPerAccount, QUARTER_HOUR_S);
  const byAddress = limiter(limits.failedLoginsPerAddress, QUARTER_HOUR_S);
  // Apart from passwords: players behind one address whose tokens have ended must not keep others from signing in.
  const refreshes = limiter(limits.failedLoginsPerAddress, QUARTER_HOUR_S);
  const registrations = limiter(limits.registrationsPerHour, HOUR_S);

  const countersOf = (ctx: Context, route: Route, body: unknown): readonly Counter[] => {
    if (route !== refreshSession && route !== logIn && route !== eraseMe) return [];
    const network = clientNetwork(ctx.ip);
    if (route === refreshSession) return [{ limiter: refreshes, key: network }];
    return [
      { limiter: byAccount, key: `${network} ${accountOf(ctx, body)}` },
      { limiter: byAddress, key: network },
    ];
  };

  return {
    admit: async (ctx, route, body) => {
      if (route === register) await spend({ limiter: registrations, key: clientNetwork(ctx.ip) });
      // A guess that is right takes effect at once here, so every one is counted before it is made.
      const check = route === eraseMe ? spend : refuseSpent;
      for (const counter of countersOf(ctx, route, body)) await check(counter);
    },
    settle: async (ctx, route, body, status) => {
      if (route === eraseMe) return;
      const counters = countersOf(ctx, route, body);
      if (status === 401) for (const counter of counters) await spend(counter);
      else if (route === logIn) for (const counter of counters) await refuseSpent(counter);
    },
  };
};

const limiter = (points: number, duration: number): RateLimiterMemory => new RateLimiterMemory({ points, duration });

const spend = async ({ limiter, key }: Counter): Promise<void> => {
  const { within, result } = await count(limiter, key);
  if (!within) throw tooMany(Math.ceil(result.msBeforeNext / 1_000));
};

const refuseSpent = async ({ limiter, key }: Counter): Promise<void> => {
  const spent = await limiter.get(key);
  if (spent !== null && spent.remainingPoints <= 0) throw tooMany(Math.ceil(spent.msBeforeNext / 1_000));
};

const accountOf = (ctx: Context, body: unknown): string => {
  if (typeof body === 'object' && body !== null && 'email' in body && typeof body.email === 'string')
    return body.email.trim().toLowerCase();
  return String(ctx.state['userId'] ?? '');
};
