import { Router } from '@koa/router';
import type { Route } from '@backline/contracts/http';
import type { Context, Middleware } from 'koa';

export type RouteTable = {
  readonly add: (route: Route, handle: (ctx: Context) => Promise<void>) => void;
  /** Answers what the table has; sets 404, or 405 with `Allow`, for the rest. */
  readonly middleware: () => Middleware;
};

const OPTIONS = { strict: true, sensitive: true };

/**
 * A path without parameters is found in a map. For the others, and for what no route has, there is one small router
 * for each first segment of a path: a router looks at its routes one after the other, and with all of them in one that
 * costs more than the rest of a request (performance.md, finding 9).
 */
export const routeTable = (): RouteTable => {
  const routers = new Map<string, Router>();
  const fixed = new Map<string, (ctx: Context) => Promise<void>>();

  const routerOf = (path: string): Router => {
    const segment = firstSegment(path);
    const router = routers.get(segment) ?? new Router(OPTIONS);
    routers.set(segment, router);
    return router;
  };

  return {
    add: ({ method, path }, handle) => {
      const serve = (ctx: Context): Promise<void> => {
        ctx.state['route'] = path;
        return handle(ctx);
      };
      routerOf(path)[method](path, serve);
      if (!path.includes(':')) fixed.set(`${method.toUpperCase()} ${path}`, serve);
    },
    middleware: () => {
      const chains = new Map([...routers].map(([segment, router]) => [segment, chainOf(router)]));
      return (ctx, next) => {
        const serve = fixed.get(`${ctx.method} ${ctx.path}`);
        if (serve !== undefined) return serve(ctx);
        const chain = chains.get(firstSegment(ctx.path));
        return chain === undefined ? next() : chain(ctx, next);
      };
    },
  };
};

const firstSegment = (path: string): string => path.split('/', 2)[1] ?? '';

const chainOf = (router: Router): Middleware => {
  const routes = router.routes();
  const allowed = router.allowedMethods();
  return (ctx, next) => routes(ctx as never, () => (isMatched(ctx) ? allowed(ctx as never, next) : next()));
};

/** Whether there is such a path, for whatever methods. */
const isMatched = (ctx: Context): boolean => Array.isArray(ctx['matched']) && ctx['matched'].length > 0;
