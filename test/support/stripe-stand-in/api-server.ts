import { once } from 'node:events';
import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { type Admission, type Incoming, admit, keyOf } from './admission.ts';
import { ApiError } from './api-error.ts';
import type { Books } from './books.ts';
import { expanded } from './expand.ts';
import { type Answer, idempotencyKeys } from './idempotency.ts';
import type { Fault, Outages } from './outages.ts';
import { match } from './routing.ts';

/** A call as it came in; `status` is null where the connection ended without an answer. */
export type ApiCall = {
  readonly route: string;
  readonly path: string;
  readonly form: string;
  readonly idempotencyKey: string | null;
  readonly status: number | null;
};

export type ApiServer = {
  readonly port: number;
  readonly calls: readonly ApiCall[];
  /** Refuses connections, and ends those that there are. */
  readonly down: () => Promise<void>;
  readonly up: () => Promise<void>;
};

type Serving = Admission & {
  readonly books: Books;
  readonly connected: (id: string) => object | null;
  readonly outages: Outages;
  /** Before each answer: what has come due happens. */
  readonly catchUp: () => void;
};

/** Speaks Stripe's HTTP (docs.stripe.com/api): forms in, JSON out, and every answer has a request id. */
export const apiServer = async (serving: Serving): Promise<ApiServer> => {
  const calls: ApiCall[] = [];
  const answering = apiAnswers(serving, calls);
  const server = createServer((request, response) => {
    answering(request, response).catch((cause: unknown) => response.destroy(cause as Error));
  });
  const listen = async (port: number): Promise<void> => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  };
  await listen(0);
  const { port } = server.address() as AddressInfo;
  return { port, calls, down: () => close(server), up: () => (server.listening ? Promise.resolve() : listen(port)) };
};

const close = async (server: Server): Promise<void> => {
  if (!server.listening) return;
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
};

const apiAnswers = (serving: Serving, calls: ApiCall[]) => {
  const { books, outages } = serving;
  const keys = idempotencyKeys(books);

  const run = (request: Incoming): Answer => {
    const { route, ids, params, id, key } = request;
    const answer = books.during({ id, idempotency_key: key }, () => route.endpoint({ books, params, ids }));
    return {
      status: 200,
      body: JSON.stringify(expanded(books, serving.connected, answer, params.texts('expand')), null, 2),
    };
  };

  /** Under a key the first answer is the only one; what failed before the endpoint began leaves the key free. */
  const runOnce = async (request: Incoming, fault: Fault | null): Promise<Answer & { readonly replayed: boolean }> => {
    const { key, path, form } = request;
    const known = key === null ? null : keys.claim(key, path, form);
    if (known !== null) return { ...known, replayed: true };
    // A turn of the loop in which another request can meet the key in use.
    await setImmediate();
    try {
      if (fault?.kind === 'slow') await setTimeout(fault.ms);
      if (fault?.kind === 'status' && fault.kept === true) throw serverError(fault.status, true);
      const answer = run(request);
      if (key !== null) keys.keep(key, answer);
      return { ...answer, replayed: false };
    } catch (failure) {
      if (!(failure instanceof ApiError)) throw failure;
      const answer = answerOf(failure);
      if (key !== null && failure.kept) keys.keep(key, answer);
      else if (key !== null) keys.release(key);
      return { ...answer, replayed: false };
    }
  };

  const answerTo = async (
    request: IncomingMessage,
    form: string,
    id: string,
    fault: Fault | null,
  ): Promise<Answer & { readonly replayed: boolean }> => {
    try {
      serving.catchUp();
      return await runOnce(admit(serving, request, form, id), fault);
    } catch (failure) {
      if (failure instanceof ApiError) return { ...answerOf(failure), replayed: false };
      throw failure;
    }
  };

  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method = '', url = '' } = request;
    const path = url.split('?')[0] ?? '';
    const body = await bodyOf(request);
    const form = method === 'POST' ? body : (url.split('?')[1] ?? '');
    const name = match(serving.routes, method, path)?.route;
    const route = name === undefined ? `${method} ${path}` : `${name.method} ${name.path}`;
    const id = books.newId('req');
    const fault = outages.next(route);
    const called = (status: number | null): void =>
      void calls.push({ route, path, form, idempotencyKey: keyOf(request), status });

    const early = fault === null ? null : refusal(fault);
    if (early !== null) {
      called(early.status);
      send(response, id, { ...early, replayed: false });
      return;
    }
    const isUnheard = (fault?.kind === 'reset' || fault?.kind === 'hang') && fault.done !== true;
    const answer = isUnheard ? UNHEARD : await answerTo(request, form, id, fault);
    switch (fault?.kind) {
      case 'reset':
        called(null);
        response.destroy();
        return;
      case 'hang':
        called(null);
        return;
      case 'garbage':
        called(200);
        send(response, id, { ...answer, status: 200, body: '<html>{"id":' });
        return;
      case 'cut': {
        called(null);
        const bytes = Buffer.from(answer.body);
        response.writeHead(answer.status, { 'content-length': bytes.length, 'request-id': id });
        response.write(bytes.subarray(0, Math.min(fault.bytes, bytes.length - 1)), () => response.destroy());
        return;
      }
      default:
        called(answer.status);
        send(response, id, answer);
    }
  };
};

const UNHEARD = { status: 0, body: '', replayed: false };

const serverError = (status: number, kept: boolean): ApiError =>
  new ApiError(status, { type: 'api_error', message: 'Something went wrong on our end.' }, kept);

/** What Stripe answers without having looked at the request. */
const refusal = (fault: Fault): Answer | null => {
  if (fault.kind === 'rate-limit')
    return answerOf(
      new ApiError(429, { type: 'invalid_request_error', code: 'rate_limit', message: 'Too many requests.' }, false),
    );
  return fault.kind === 'status' && fault.kept !== true ? answerOf(serverError(fault.status, false)) : null;
};

const answerOf = ({ status, envelope }: ApiError): Answer => ({
  status,
  body: JSON.stringify({ error: envelope }, null, 2),
});

const send = (
  response: ServerResponse,
  id: string,
  { status, body, replayed }: Answer & { replayed: boolean },
): void => {
  response.writeHead(status, {
    'content-type': 'application/json',
    'request-id': id,
    ...(replayed ? { 'idempotent-replayed': 'true' } : {}),
    ...(replayed && status >= 500 ? { 'stripe-should-retry': 'false' } : {}),
  });
  response.end(body);
};

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
};
