import type { Context, Middleware } from 'koa';
import type { Logger } from 'pino';
import type { HttpMetrics } from '../metrics.ts';

/** One line and one observation for each request, when its answer has gone out or its client has gone. */
export const requestLog =
  (log: Logger, metrics: HttpMetrics): Middleware =>
  async (ctx, next) => {
    const begun = process.hrtime.bigint();
    metrics.begin();
    ctx.res.once('close', () => finish(ctx, log, metrics, Number(process.hrtime.bigint() - begun) / 1e9));
    await next();
  };

const finish = (ctx: Context, log: Logger, metrics: HttpMetrics, seconds: number): void => {
  const aborted = !ctx.res.writableFinished;
  const route = typeof ctx.state['route'] === 'string' ? ctx.state['route'] : 'none';
  metrics.end({ method: ctx.method, route, status: aborted ? 'aborted' : String(ctx.res.statusCode) }, seconds);
  const line = {
    requestId: ctx.state['requestId'],
    method: ctx.method,
    route,
    status: ctx.res.statusCode,
    ms: Math.round(seconds * 1_000),
    userId: ctx.state['userId'],
    aborted: aborted || undefined,
  };
  if (ctx.res.statusCode >= 500) log.warn(line, 'request');
  else if (route.startsWith('/health') || route === '/metrics') log.debug(line, 'request');
  else log.info(line, 'request');
};
