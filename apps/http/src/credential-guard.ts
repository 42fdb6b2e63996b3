import { type Route, eraseMe, logIn, refreshSession, register } from '@backline/contracts/http';
import type { Context } from 'koa';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import type { Limits } from './limits.ts';
import { count, tooMany } from './rate-limit.ts';

/** Slows down the guessing of passwords and tokens, and the making of accounts. */
export type CredentialGuard = {
  /** Throws a `Refusal` where there were too many failures. */
  readonly admit: (ctx: Context, route: Route, body: unknown) => Promise<void>;
  /** Counts a failure. */
  readonly settle: (ctx: Context, route: Route, body: unknown, status: number) => Promise<void>;
};

const QUARTER_HOUR_S = 15 * 60;
const HOUR_S = 60 * 60;

export const credentialGuard = (limits: Limits): CredentialGuard => {
  const byAccount = new RateLimiterMemory({ points: limits.failedLoginsPerAccount, duration: QUARTER_HOUR_S });
  const byAddress = new RateLimiterMemory({ points: limits.failedLoginsPerAddress, duration: QUARTER_HOUR_S });
  const registrations = new RateLimiterMemory({ points: limits.registrationsPerHour, duration: HOUR_S });

  return {
    admit: async (ctx, route, body) => {
      if (route === register) {
        const counted = await count(registrations, ctx.ip);
        if (!counted.within) throw tooMany(Math.ceil(counted.result.msBeforeNext / 1_000));
      }
      if (!takesCredentials(route)) return;
      await refuseSpent(byAccount, accountKey(ctx, body));
      await refuseSpent(byAddress, ctx.ip);
    },
    settle: async (ctx, route, body, status) => {
      if (!takesCredentials(route) || (status !== 401 && status !== 403)) return;
      await count(byAccount, accountKey(ctx, body));
      await count(byAddress, ctx.ip);
    },
  };
};

const refuseSpent = async (limiter: RateLimiterMemory, key: string): Promise<void> => {
  const spent = await limiter.get(key);
  if (spent !== null && spent.remainingPoints <= 0) throw tooMany(Math.ceil(spent.msBeforeNext / 1_000));
};

const takesCredentials = (route: Route): boolean => route === logIn || route === refreshSession || route === eraseMe;

const accountKey = (ctx: Context, body: unknown): string => {
  const { email } = (body ?? {}) as { readonly email?: unknown };
  const account = typeof email === 'string' ? email.trim().toLowerCase() : (ctx.state['userId'] ?? '');
  return `${ctx.ip} ${String(account)}`;
};
