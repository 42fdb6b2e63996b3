import type { Ids } from '@backline/core/kernel';
import type { Middleware } from 'koa';

const SANE = /^[A-Za-z0-9._-]{1,64}$/;

/** The client's own id where it is sane, else one of ours; always answered. */
export const requestId =
  (ids: Ids): Middleware =>
  (ctx, next) => {
    const sent = ctx.get('X-Request-Id');
    const id = SANE.test(sent) ? sent : ids.uuid();
    ctx.state['requestId'] = id;
    ctx.set('X-Request-Id', id);
    return next();
  };
