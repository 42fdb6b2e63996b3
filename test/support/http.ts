import { type IncomingMessage, type Server, createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { expect } from '@jest/globals';
import { Problem, type Route, jsonValidator, responsesOf } from '@backline/contracts/http';
import { type Core, createCore } from '@backline/core';
import type { EventId } from '@backline/core/subscriptions';
import { type AppDependencies, LIMITS, createApp, keepAll } from '@backline/http';
import { type MemoryPorts, memoryPorts } from '@backline/memory';
import { pdfStatementPrinter } from '@backline/statement-pdf';
import { pino } from 'pino';
import { noUploads } from './uploads.ts';
import { Registry } from 'prom-client';
import { wav } from './audio-fixtures.ts';

/** Whatever JSON holds: tests say by their expectations what it is. */
type JsonValue = ReturnType<typeof JSON.parse>;

export type Answer = {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
  /** Of a JSON answer; undefined otherwise. */
  readonly body: JsonValue;
};

export type Call = {
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly json?: unknown;
  readonly bytes?: Uint8Array | string;
  readonly form?: FormData;
};

export type Person = {
  readonly userId: number;
  readonly email: string;
  readonly token: string;
  readonly refreshToken: string;
};

export type HttpApp = {
  readonly url: string;
  readonly port: number;
  readonly ports: MemoryPorts;
  readonly core: Core;
  readonly call: (method: string, path: string, call?: Call) => Promise<Answer>;
  /** Registers and signs in. */
  readonly person: (role: 'FAN' | 'ARTIST', displayName?: string) => Promise<Person>;
  /** Anew, once the time has moved on. */
  readonly signIn: (person: Person) => Promise<Person>;
  readonly publish: (artist: Person, title: string, fields?: Readonly<Record<string, string>>) => Promise<JsonValue>;
  /** What the worker does with the webhook events that came in. */
  readonly applyEvents: () => Promise<void>;
  readonly subscribe: (fan: Person) => Promise<void>;
  readonly close: () => Promise<void>;
};

const PASSWORD = 'Correct1horse';

type Given = {
  readonly ports?: Parameters<typeof memoryPorts>[0];
  readonly deps?: Partial<AppDependencies> | ((url: string) => Partial<AppDependencies>);
};

/** The whole app on a port of its own, on ports in memory. */
export const openHttpApp = async ({ ports: given, deps = {} }: Given = {}): Promise<HttpApp> => {
  // A test that fails before it closes the app must not keep the process alive.
  const server = createServer().unref();
  const port = await listening(server);
  const url = `http://127.0.0.1:${port}`;
  const ports = memoryPorts(given);
  const core = createCore(ports);
  const app = createApp(
    {
      core,
      readers: ports,
      statementPrinter: pdfStatementPrinter(),
      clock: ports.clock,
      ids: ports.ids,
      images: ports.images,
      isImageSettled: ports.images.isSettled,
      imageUrl: (ref, size) => `${url}/media/images/${ref}${size === undefined ? '' : `?size=${size}`}`,
      accessTokens: ports.accessTokens,
      verifications: ports.verifications,
      sandbox: null,
      publicUrl: url,
      handOver: keepAll,
      uploads: noUploads,
      wait: (ms) => setTimeout(ms),
      log: pino({ level: 'silent' }),
      registry: new Registry(),
      healthChecks: [],
      circuits: [],
      limits: LIMITS,
      corsOrigins: [],
      trustedProxies: 0,
      ...(typeof deps === 'function' ? deps(url) : deps),
    },
    { isStopping: () => false },
  );
  server.on('request', app.callback());

  const call: HttpApp['call'] = (method, path, options = {}) => send(port, method, path, options);
  let people = 0;
  let applied = 0;

  const person: HttpApp['person'] = async (role, displayName) => {
    people += 1;
    const email = `${role.toLowerCase()}${people}@example.com`;
    const registered = await call('POST', '/auth/register', {
      json: { email, password: PASSWORD, role, ...(displayName === undefined ? {} : { displayName }) },
    });
    return signIn({ userId: registered.body.userId, email });
  };

  const signIn = async ({ userId, email }: Pick<Person, 'userId' | 'email'>): Promise<Person> => {
    const { body } = await call('POST', '/auth/login', { json: { email, password: PASSWORD } });
    return { userId, email, token: body.accessToken, refreshToken: body.refreshToken };
  };

  const publish: HttpApp['publish'] = async (artist, title, fields = {}) => {
    const form = audioForm(wav({ seconds: 40 + Math.random() }), { title, ...fields });
    const { status, body } = await call('POST', '/tracks', { token: artist.token, form });
    expect(status).toBe(201);
    return body;
  };

  const applyEvents = async (): Promise<void> => {
    const events = ports.published().slice(applied);
    applied += events.length;
    for (const event of events)
      if (event.type === 'subscriptions.webhook_received')
        await core.subscriptions.applyWebhook(event.eventId as EventId);
  };

  const subscribe: HttpApp['subscribe'] = async (fan) => {
    const { body } = await call('POST', '/payments/checkout', { token: fan.token });
    const { body: bytes, signature } = ports.payments.pay(body.sessionId);
    const received = await call('POST', '/webhooks/stripe', {
      bytes,
      headers: { 'Content-Type': 'application/json', 'Stripe-Signature': signature },
    });
    expect(received.status).toBe(200);
    await applyEvents();
  };

  const close = async (): Promise<void> => {
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  };
  return { url, port, ports, core, call, person, signIn, publish, applyEvents, subscribe, close };
};

const listening = (server: Server): Promise<number> =>
  new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)));

const encoded = async ({ json, bytes, form }: Call): Promise<{ type?: string; body?: Uint8Array | string }> => {
  if (json !== undefined) return { type: 'application/json', body: JSON.stringify(json) };
  if (form === undefined) return bytes === undefined ? {} : { body: bytes };
  const response = new Response(form);
  return { type: response.headers.get('content-type') ?? '', body: new Uint8Array(await response.arrayBuffer()) };
};

/** One request on a connection of its own. */
export const send = async (port: number, method: string, path: string, call: Call): Promise<Answer> => {
  const { type, body } = await encoded(call);
  const headers = {
    ...(type === undefined ? {} : { 'Content-Type': type }),
    ...(call.token === undefined ? {} : { Authorization: `Bearer ${call.token}` }),
    ...(body === undefined ? {} : { 'Content-Length': String(Buffer.byteLength(body)) }),
    ...call.headers,
  };
  return new Promise((resolve, reject) => {
    const request = httpRequest({ host: '127.0.0.1', port, method, path, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => resolve(answerOf(response, Buffer.concat(chunks).toString('utf8'))));
    });
    request.on('error', reject);
    request.end(body);
  });
};

export const answerOf = (response: IncomingMessage, text: string): Answer => ({
  status: response.statusCode ?? 0,
  headers: response.headers,
  text,
  body: /json/.test(response.headers['content-type'] ?? '') && text !== '' ? JSON.parse(text) : undefined,
});

export const audioForm = (
  audio: Uint8Array,
  fields: Readonly<Record<string, string | readonly string[]>> = {},
): FormData => {
  const form = new FormData();
  form.set('file', new Blob([new Uint8Array(audio)]), 'song.wav');
  for (const [name, values] of Object.entries(fields)) for (const value of [values].flat()) form.append(name, value);
  return form;
};

const isProblem = jsonValidator(Problem);

/** A problem as RFC 9457 and the contract have it; returns the fields that it names. */
export const expectProblem = (answer: Answer, status: number, type: string): readonly string[] => {
  expect({ status: answer.status, type: answer.body?.type }).toEqual({ status, type: `/problems/${type}` });
  expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
  expect(answer.body).toMatchObject({ status, instance: answer.headers['x-request-id'] });
  const { trackId: _, checkout: __, ...members } = answer.body;
  expect(isProblem(members)).toMatchObject({ ok: true });
  return (answer.body.errors ?? []).map(({ field }: { field: string }) => field);
};

/** That the answer is, field for field, what the contract says. */
export const expectContract = (route: Route, answer: Answer): void => {
  const declared = responsesOf(route)[answer.status];
  expect({ status: answer.status, declared: declared !== undefined, text: answer.text }).toMatchObject({
    declared: true,
  });
  if (declared === undefined || declared === 'empty') return;
  const schema = 'carries' in declared ? ('schema' in declared ? declared.schema : undefined) : declared;
  if (schema !== undefined) expect(jsonValidator(schema as typeof Problem)(answer.body)).toMatchObject({ ok: true });
};
