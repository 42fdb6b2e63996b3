import type { Ids } from '@backline/core/kernel';
import type { Middleware } from 'koa';

const SANE = /^[A-Za-z0-9._-]{1,64}$/;

/** The client's own id where it is sane, else one of ours; always answered. */
export const requestId =
  (ids: Ids): Middleware =>
  (ctx, next) => {
    const sent = ctx.req.headers['x-request-id'];
    const id = typeof sent === 'string' && SANE.test(sent) ? sent : ids.uuid();
    ctx.state['requestId'] = id;
    ctx.res.setHeader('X-Request-Id', id);
    return next();
  };
