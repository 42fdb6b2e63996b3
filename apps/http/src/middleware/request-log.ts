import type { Context, Middleware } from 'koa';
import type { Logger } from 'pino';
import type { HttpMetrics } from '../metrics.ts';

/** One line and one observation for each request, when its answer has gone out or its client has gone. */
export const requestLog =
  (log: Logger, metrics: HttpMetrics): Middleware =>
  async (ctx, next) => {
    const begun = performance.now();
    const { socket } = ctx.req;
    const sent = socket.bytesWritten;
    metrics.begin();
    ctx.res.once('close', () =>
      finish(ctx, log, metrics, { seconds: (performance.now() - begun) / 1_000, bytes: socket.bytesWritten - sent }),
    );
    await next();
  };

const finish = (
  ctx: Context,
  log: Logger,
  metrics: HttpMetrics,
  { seconds, bytes }: { readonly seconds: number; readonly bytes: number },
): void => {
  const aborted = !ctx.res.writableFinished;
  const route = typeof ctx.state['route'] === 'string' ? ctx.state['route'] : 'none';
  metrics.end({ method: ctx.method, route, status: aborted ? 'aborted' : String(ctx.res.statusCode) }, seconds);
  const line = {
    requestId: ctx.state['requestId'],
    method: ctx.method,
    route,
    status: ctx.res.statusCode,
    ms: Math.round(seconds * 1_000),
    bytes,
    userId: ctx.state['userId'],
    aborted: aborted || undefined,
  };
  if (aborted) log.debug(line, 'request');
  else if (ctx.res.statusCode >= 500) log.warn(line, 'request');
  else if (route.startsWith('/health') || route === '/metrics') log.debug(line, 'request');
  else log.info(line, 'request');
};
