import { connect } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { type Core, createCore } from '@backline/core';
import { type AppDependencies, LIMITS, type Limits, keepAll, type RunningServer, startServer } from '@backline/http';
import { type MemoryPorts, memoryPorts } from '@backline/memory';
import { pdfStatementPrinter } from '@backline/statement-pdf';
import { pino } from 'pino';
import { noUploads } from './uploads.ts';
import { Registry } from 'prom-client';
import { type Answer, type Call, send } from './http.ts';

export type LogLine = { readonly level: number; readonly msg: string; readonly [member: string]: unknown };

export type HttpServer = RunningServer & {
  readonly core: Core;
  readonly call: (method: string, path: string, call?: Call) => Promise<Answer>;
  /** Writes the bytes as they are; everything that came back until the server ended the connection. */
  readonly exchange: (...writes: readonly (string | Uint8Array)[]) => Promise<string>;
  /** Of a person who has just been registered. */
  readonly signIn: (email: string) => Promise<string>;
  readonly logged: () => string;
  readonly lines: () => readonly LogLine[];
};

type Given = {
  readonly ports?: Parameters<typeof memoryPorts>[0];
  readonly deps?: Partial<AppDependencies> | ((ports: MemoryPorts) => Partial<AppDependencies>);
  readonly limits?: Partial<Limits>;
};

export const PASSWORD = 'Correct1horse';

/** The app as it listens in production, with node's part of it, on ports in memory. */
export const openServer = async ({ ports: given, deps = {}, limits = {} }: Given = {}): Promise<HttpServer> => {
  const ports = memoryPorts(given);
  const core = createCore(ports);
  let logged = '';
  const server = await startServer(
    {
      core,
      readers: ports,
      statementPrinter: pdfStatementPrinter(),
      clock: ports.clock,
      ids: ports.ids,
      images: ports.images,
      isImageSettled: ports.images.isSettled,
      imageUrl: (ref, size) =>
        `https://app.example.com/media/images/${ref}${size === undefined ? '' : `?size=${size}`}`,
      accessTokens: ports.accessTokens,
      verifications: ports.verifications,
      sandbox: null,
      publicUrl: 'https://app.example.com',
      handOver: keepAll,
      uploads: noUploads,
      wait: (ms) => setTimeout(ms),
      log: pino({ level: 'trace' }, { write: (line: string) => (logged += line) }),
      registry: new Registry(),
      healthChecks: [],
      circuits: [],
      limits: { ...LIMITS, ...limits },
      corsOrigins: [],
      trustedProxies: 0,
      ...(typeof deps === 'function' ? deps(ports) : deps),
    },
    { host: '127.0.0.1', port: 0 },
  );
  const call: HttpServer['call'] = (method, path, options = {}) => send(server.port, method, path, options);
  return {
    ...server,
    core,
    call,
    exchange: (...writes) => exchange(server.port, writes),
    signIn: async (email) => {
      const credentials = { email, password: PASSWORD };
      await call('POST', '/auth/register', { json: { ...credentials, role: 'FAN' } });
      return (await call('POST', '/auth/login', { json: credentials })).body.accessToken;
    },
    logged: () => logged,
    lines: () =>
      logged
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as LogLine),
  };
};

const exchange = (port: number, writes: readonly (string | Uint8Array)[]): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port });
    let received = '';
    socket.setEncoding('latin1').on('data', (text: string) => (received += text));
    socket.on('close', () => resolve(received));
    socket.on('error', (cause) => (received === '' ? reject(cause) : resolve(received)));
    for (const bytes of writes) socket.write(bytes);
  });

/** Until it holds; a test's own time limit is the end of patience. */
export const until = async (holds: () => boolean): Promise<void> => {
  while (!holds()) await setTimeout(5);
};
