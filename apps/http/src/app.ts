import Koa from 'koa';
import { authentication } from './authentication.ts';
import { bind } from './bind.ts';
import { bodyReader } from './body.ts';
import { circuitMetrics } from './circuit-metrics.ts';
import { credentialGuard } from './credential-guard.ts';
import type { AppDependencies } from './dependencies.ts';
import { httpMetrics } from './metrics.ts';
import { errors } from './middleware/errors.ts';
import { overload } from './middleware/overload.ts';
import { requestId } from './middleware/request-id.ts';
import { requestLog } from './middleware/request-log.ts';
import { saneRequest } from './middleware/sane-request.ts';
import { crossOrigin, securityHeaders } from './middleware/security.ts';
import { countingPlays } from './play-metrics.ts';
import { rateLimit } from './rate-limit.ts';
import { countingRungs } from './recommendation-metrics.ts';
import { routeTable } from './route-table.ts';
import { audioRoutes } from './routes/audio.ts';
import { docsRoutes } from './routes/docs.ts';
import { imageRoutes } from './routes/images.ts';
import { apiRoutes } from './routes/index.ts';
import { type Readiness, operationsRoutes } from './routes/operations.ts';
import { segmentRoutes } from './routes/segments.ts';
import { trackEventRoutes } from './routes/track-events.ts';
import { uploadRoutes } from './routes/uploads.ts';
import { byteSender } from './send-bytes.ts';
import { verificationMetrics } from './verification-metrics.ts';

/** The Koa app; the caller decides whether, and where, it listens. */
export const createApp = (deps: AppDependencies, readiness: Readiness): Koa => {
  const table = routeTable();
  const { serve, serveRaw } = bind({
    table,
    authenticate: authentication(deps),
    rateLimit: rateLimit(deps.limits, deps.clock),
    credentialGuard: credentialGuard(deps.limits),
    bodies: bodyReader(deps.limits),
  });
  operationsRoutes(serve, deps, readiness);
  docsRoutes(serve);
  const sendBytes = byteSender(deps.limits.chunkMs);
  audioRoutes(serveRaw, sendBytes, deps);
  segmentRoutes(serveRaw, sendBytes, deps);
  imageRoutes(serveRaw, sendBytes, deps);
  uploadRoutes(serveRaw, deps);
  trackEventRoutes(serveRaw, deps, readiness);
  circuitMetrics(deps.registry, deps.circuits);
  verificationMetrics(deps.registry, deps.verifications);
  const playback = countingPlays(deps.core.playback, deps.registry);
  apiRoutes(serve, { ...deps, core: { ...deps.core, playback }, countRung: countingRungs(deps.registry) });

  const app = new Koa({ proxy: deps.trustedProxies > 0, maxIpsCount: deps.trustedProxies });
  // Everything that is thrown is answered and logged by `errors`; what Koa reports here are clients that went away.
  app.on('error', (cause: unknown) => deps.log.debug({ err: cause }, 'a connection broke off'));
  app.use(requestId(deps.ids));
  app.use(requestLog(deps.log, httpMetrics(deps.registry)));
  app.use(errors(deps.log));
  app.use(securityHeaders(deps.publicUrl));
  app.use(saneRequest);
  if (deps.corsOrigins.length > 0) app.use(crossOrigin(deps.corsOrigins));
  app.use(overload(deps.limits));
  app.use(table.middleware());
  return app;
};
