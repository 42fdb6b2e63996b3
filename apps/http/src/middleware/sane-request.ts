import type { Middleware } from 'koa';
import { Refusal } from '../problem.ts';

/** Refuses what could mean one thing to a proxy and another to us. HTTP/1.0 knows no Host. */
export const saneRequest: Middleware = (ctx, next) => {
  const hosts = ctx.req.rawHeaders.filter((text, index) => index % 2 === 0 && text.toLowerCase() === 'host').length;
  const isOld = ctx.req.httpVersion === '1.0';
  if (hosts > 1 || (hosts === 0 && !isOld))
    throw new Refusal(400, 'bad-host', 'The request names its host wrongly', 'Exactly one Host header is required.', {
      headers: { Connection: 'close' },
    });
  return next();
};
