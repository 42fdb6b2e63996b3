import { type Server, createServer } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { createApp } from './app.ts';
import type { AppDependencies } from './dependencies.ts';
import { refuseRaw } from './raw-refusals.ts';

export type RunningServer = {
  readonly port: number;
  /** Not ready any more, then no new connections, then the end of what is under way: within 10 s. */
  readonly stop: () => Promise<void>;
};

/** reliability.md, 1.5; uploads of 200 MiB on a slow line are why a whole request may take long. */
const TIMEOUTS = {
  headersTimeout: 5_000,
  requestTimeout: 15 * 60_000,
  keepAliveTimeout: 5_000,
  connectionsCheckingInterval: 1_000,
  maxHeaderSize: 16 * 1024,
  // The app refuses it, with a problem.
  requireHostHeader: false,
};

const MAX_CONNECTIONS = 10_000;

/** Time for load balancers to see that readiness is gone before connections are refused. */
const READINESS_LEAD_MS = 500;
const DRAIN_MS = 8_000;

export const startServer = async (
  deps: AppDependencies,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<RunningServer> => {
  let stopping = false;
  const app = createApp(deps, { isStopping: () => stopping });
  const server = createServer(TIMEOUTS, app.callback());
  server.maxConnections = MAX_CONNECTIONS;
  server.setTimeout(deps.limits.stallMs);
  refuseRaw(server, deps.ids);
  const endUnused = unusedConnections(server);
  await listen(server, host, port);
  const address = server.address();
  return {
    port: address !== null && typeof address === 'object' ? address.port : port,
    stop: async () => {
      stopping = true;
      await setTimeout(READINESS_LEAD_MS);
      await drain(server, endUnused);
    },
  };
};

const listen = (server: Server, host: string, port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, () => {
      server.off('error', reject);
      resolve();
    });
  });

/** Connections that browsers open ahead: node counts them as under way until their first request is over. */
const unusedConnections = (server: Server): (() => void) => {
  const unused = new Set<Socket>();
  server.on('connection', (socket) => {
    unused.add(socket);
    socket.once('close', () => unused.delete(socket));
  });
  server.on('request', ({ socket }) => unused.delete(socket));
  return () => unused.forEach((socket) => socket.destroy());
};

/** `close` ends idle connections, and the others with their answer; what lasts longer is cut. */
const drain = async (server: Server, endUnused: () => void): Promise<void> => {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  endUnused();
  const patience = new AbortController();
  await Promise.race([closed, setTimeout(DRAIN_MS, undefined, { signal: patience.signal })]);
  patience.abort();
  server.closeAllConnections();
  await closed;
};
