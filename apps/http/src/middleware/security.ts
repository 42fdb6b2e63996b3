import cors from '@koa/cors';
import type { Context, Middleware } from 'koa';
import helmet from 'koa-helmet';

/** Headers that keep a browser from doing with an answer what it is not for; a route may put its own in their place. */
export const securityHeaders = (publicUrl: string): Middleware => {
  const write = helmetOf(publicUrl);
  // The same for every answer, so helmet is asked once.
  let known: readonly (readonly [string, string])[] | null = null;
  return async (ctx, next) => {
    if (known === null) known = await writtenBy(write, ctx);
    else for (const [name, value] of known) ctx.res.setHeader(name, value);
    await next();
  };
};

const writtenBy = async (write: Middleware, ctx: Context): Promise<readonly (readonly [string, string])[]> => {
  const others = new Set(ctx.res.getHeaderNames());
  await write(ctx, async () => undefined);
  const names = ctx.res.getHeaderNames().filter((name) => !others.has(name));
  return names.map((name) => [name, String(ctx.res.getHeader(name))]);
};

const helmetOf = (publicUrl: string): Middleware =>
  helmet({
    contentSecurityPolicy: { useDefaults: false, directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] } },
    // Audio and pictures are there to be played and shown on other pages.
    crossOriginResourcePolicy: { policy: 'cross-origin' },
    strictTransportSecurity: publicUrl.startsWith('https:') && { maxAge: 31_536_000, includeSubDomains: false },
    referrerPolicy: { policy: 'no-referrer' },
    // For browsers that are gone, or for pages, which the policy above forbids here anyway.
    originAgentCluster: false,
    xDnsPrefetchControl: false,
    xDownloadOptions: false,
    xPermittedCrossDomainPolicies: false,
    xXssProtection: false,
  });

/** Exactly the configured origins may read answers; cookies play no part. */
export const crossOrigin = (origins: readonly string[]): Middleware =>
  cors({
    origin: (ctx) => (origins.includes(ctx.get('Origin')) ? ctx.get('Origin') : ''),
    allowMethods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    allowHeaders: [
      'Authorization',
      'Content-Type',
      'Range',
      'If-Range',
      'If-None-Match',
      'Idempotency-Key',
      'X-Request-Id',
      'Tus-Resumable',
      'Upload-Length',
      'Upload-Metadata',
      'Upload-Offset',
      'Upload-Checksum',
    ],
    exposeHeaders: [
      'Accept-Ranges',
      'Content-Range',
      'ETag',
      'Location',
      'Tus-Resumable',
      'Upload-Length',
      'Upload-Metadata',
      'Upload-Offset',
      'Upload-Expires',
      'X-Request-Id',
      'Retry-After',
      'RateLimit',
      'RateLimit-Remaining',
    ],
    maxAge: 600,
  });
