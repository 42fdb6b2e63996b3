import type { Middleware } from 'koa';
import { Refusal } from '../problem.ts';

/** Refuses what could mean one thing to a proxy and another to us. HTTP/1.0 knows no Host. */
export const saneRequest: Middleware = (ctx, next) => {
  const hosts = hostsIn(ctx.req.rawHeaders);
  const isOld = ctx.req.httpVersion === '1.0';
  if (hosts > 1 || (hosts === 0 && !isOld))
    throw new Refusal(400, 'bad-host', 'The request names its host wrongly', 'Exactly one Host header is required.', {
      headers: { Connection: 'close' },
    });
  return next();
};

/** Names and values take turns. */
const hostsIn = (rawHeaders: readonly string[]): number => {
  let count = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index];
    if (name?.length === 4 && name.toLowerCase() === 'host') count += 1;
  }
  return count;
};
