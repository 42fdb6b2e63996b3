import { type IncomingMessage, STATUS_CODES, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Ids } from '@backline/core/kernel';
import type { ProblemBody } from './problem.ts';

const problem = (status: number, type: string, title: string, detail: string): ProblemBody => ({
  type: `/problems/${type}`,
  title,
  status,
  detail,
});

const BAD_REQUEST = problem(400, 'bad-request', 'This is not HTTP', 'The request could not be read.');
const TOO_SLOW = problem(408, 'too-slow', 'The request came too slowly', 'The request did not arrive in time.');
const HEADERS_TOO_LARGE = problem(
  431,
  'headers-too-large',
  'The headers are too large',
  'All headers together may have 16 KiB.',
);
const NO_EXPECTATION = problem(
  417,
  'unknown-expectation',
  'The expectation is unknown',
  'Nothing but 100-continue can be expected.',
);
const NO_TUNNEL = problem(501, 'no-tunnel', 'There are no tunnels here', 'The method CONNECT is not taken.');

/** Node's own codes for what it could not read. */
const BY_CODE = new Map([
  ['HPE_HEADER_OVERFLOW', HEADERS_TOO_LARGE],
  ['ERR_HTTP_REQUEST_TIMEOUT', TOO_SLOW],
]);

/** What node refuses before there is a request for the app is answered with a problem too. */
export const refuseRaw = (server: Server, ids: Ids): void => {
  const underWay = new WeakMap<Duplex, ServerResponse>();
  server.on('request', (request, response) => underWay.set(request.socket, response));

  server.on('clientError', (cause: Error & { readonly code?: string }, socket) => {
    // In the middle of an answer these bytes would be taken for a part of it.
    const response = underWay.get(socket);
    const isAnswering = response !== undefined && response.headersSent && !response.writableFinished;
    if (!socket.writable || isAnswering || cause.code === 'ECONNRESET') socket.destroy();
    else end(socket, BY_CODE.get(cause.code ?? '') ?? BAD_REQUEST, ids);
  });
  server.on('connect', (_request: IncomingMessage, socket: Duplex) => {
    socket.on('error', () => socket.destroy());
    end(socket, NO_TUNNEL, ids);
  });
  server.on('checkExpectation', (request: IncomingMessage) => end(request.socket, NO_EXPECTATION, ids));
};

const end = (socket: Duplex, body: ProblemBody, ids: Ids): void => {
  const instance = ids.uuid();
  const text = JSON.stringify({ ...body, instance });
  socket.end(
    [
      `HTTP/1.1 ${body.status} ${STATUS_CODES[body.status]}`,
      'Content-Type: application/problem+json',
      `Content-Length: ${Buffer.byteLength(text)}`,
      'Cache-Control: no-store',
      'X-Content-Type-Options: nosniff',
      `X-Request-Id: ${instance}`,
      'Connection: close',
      '',
      text,
    ].join('\r\n'),
  );
};
