import type { Middleware } from 'koa';
import { Refusal } from '../problem.ts';

/** Refuses what could mean one thing to a proxy and another to us. */
export const saneRequest: Middleware = (ctx, next) => {
  const hosts = ctx.req.rawHeaders.filter((text, index) => index % 2 === 0 && text.toLowerCase() === 'host').length;
  if (hosts !== 1)
    throw new Refusal(400, 'bad-host', 'The request names its host wrongly', 'Exactly one Host header is required.', {
      headers: { Connection: 'close' },
    });
  return next();
};
