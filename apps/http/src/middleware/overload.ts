import type { Middleware } from 'koa';
import type { Limits } from '../limits.ts';
import { Refusal } from '../problem.ts';

type Kind = keyof Limits['inFlight'];

const kindOf = (path: string): Kind | null => {
  if (path.startsWith('/health/') || path === '/metrics') return null;
  if (path.startsWith('/webhooks/')) return 'webhooks';
  return /^\/tracks\/[^/]+\/(stream|preview|segments\/[^/]+)$/.test(path) ? 'streams' : 'others';
};

/** Turns away at once what would only wait; each kind has its own places, and health always has one. */
export const overload = ({ inFlight }: Limits): Middleware => {
  const taken: Record<Kind, number> = { streams: 0, webhooks: 0, others: 0 };

  return (ctx, next) => {
    const kind = kindOf(ctx.path);
    if (kind === null) return next();
    if (taken[kind] >= inFlight[kind])
      throw new Refusal(503, 'overloaded', 'Too much at once', 'The platform is at its limit; try again shortly.', {
        headers: { 'Retry-After': '1', Connection: 'close' },
      });
    taken[kind] += 1;
    ctx.res.once('close', () => (taken[kind] -= 1));
    return next();
  };
};
