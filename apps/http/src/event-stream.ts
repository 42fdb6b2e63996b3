import type { Context } from 'koa';

/** An answer as server-sent events (WHATWG HTML, 9.2), for as long as the client stays. */
export type EventStream = {
  readonly send: (event: string, data: unknown) => void;
  /** Keeps proxies, and the server's own watch over silent connections, from ending it. */
  readonly stayAlive: () => void;
  readonly isOpen: () => boolean;
  readonly end: () => void;
  /** Breaks it off, so that the client connects again. */
  readonly breakOff: () => void;
};

const RECONNECT_MS = 2_000;

/** Past Koa, which would answer once. */
export const eventStream = (ctx: Context): EventStream => {
  const { res } = ctx;
  ctx.respond = false;
  ctx.status = 200;
  res.setHeader('Content-Type', 'text/event-stream');
  res.setHeader('Cache-Control', 'no-store, no-transform');
  res.setHeader('X-Accel-Buffering', 'no');
  res.on('error', () => undefined);
  res.write(`retry: ${RECONNECT_MS}\n\n`);
  let sent = 0;
  return {
    send: (event, data) => {
      sent += 1;
      res.write(`id: ${sent}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
    },
    stayAlive: () => void res.write(':\n\n'),
    isOpen: () => !res.destroyed,
    end: () => void res.end(),
    breakOff: () => void res.destroy(),
  };
};
