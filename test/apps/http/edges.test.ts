import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { MediaStore } from '@backline/core/catalog';
import type { ByteSource } from '@backline/core/kernel';
import { memoryMediaStore } from '@backline/memory';
import { wav } from '../../support/audio-fixtures.ts';
import { audioForm, expectProblem } from '../../support/http.ts';
import { type HttpServer, PASSWORD, openServer } from '../../support/http-server.ts';

const AT = 'Host: app.example.com\r\n';
const LAST = `${AT}Connection: close\r\n`;

/** Keeps what is uploaded, and serves more than the buffers of a connection hold. */
const endlessMedia = (): MediaStore => {
  const store = memoryMediaStore();
  const sizeBytes = 64 * 1024 * 1024;
  const chunk = new Uint8Array(64 * 1024);
  return {
    ...store,
    open: async (key) => {
      const source = await store.open(key);
      if (source === null) return null;
      const send: ByteSource['send'] = async (_range, sink) => {
        for (let sent = 0; sent < sizeBytes; sent += chunk.length) await sink.write(chunk);
      };
      return { ...source, sizeBytes, send };
    },
  };
};

describe('the edges of HTTP', () => {
  let app: HttpServer;
  let token: string;

  beforeAll(async () => {
    app = await openServer();
    token = await app.signIn('edge@example.com');
  });
  afterAll(() => app.stop());

  const statusAndType = async (...writes: readonly string[]) => {
    const answer = await app.exchange(...writes);
    const [head = '', body = ''] = answer.split('\r\n\r\n', 2);
    expect(head).toMatch(/content-type: application\/problem\+json/i);
    expect(head).toMatch(/connection: close/i);
    expect(head).toMatch(/x-content-type-options: nosniff/i);
    const problem = JSON.parse(body);
    expect(head).toContain(problem.instance);
    expect(head.startsWith(`HTTP/1.1 ${problem.status} `)).toBe(true);
    return `${problem.status} ${problem.type}`;
  };

  test.each([
    ['two hosts', `GET /health/live HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n`, '400 /problems/bad-host'],
    ['the same host twice', `GET /health/live HTTP/1.1\r\nHost: a\r\nhost: a\r\n\r\n`, '400 /problems/bad-host'],
    ['no host', 'GET /health/live HTTP/1.1\r\n\r\n', '400 /problems/bad-host'],
    ['line feeds alone', 'GET /health/live HTTP/1.1\nHost: a\n\n', '400 /problems/bad-request'],
    ['no HTTP', 'EHLO app.example.com\r\n\r\n', '400 /problems/bad-request'],
    ['a folded header', `GET /health/live HTTP/1.1\r\n${AT}X-A: 1\r\n 2\r\n\r\n`, '400 /problems/bad-request'],
    ['NUL in a header', `GET /health/live HTTP/1.1\r\n${AT}X-A: \0\r\n\r\n`, '400 /problems/bad-request'],
    [
      'a length and chunks',
      `POST /auth/login HTTP/1.1\r\n${AT}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
      '400 /problems/bad-request',
    ],
    [
      'two lengths',
      `POST /auth/login HTTP/1.1\r\n${AT}Content-Length: 5\r\nContent-Length: 6\r\n\r\n{}`,
      '400 /problems/bad-request',
    ],
    ['17 KB of headers', `GET / HTTP/1.1\r\n${AT}X: ${'y'.repeat(17_000)}\r\n\r\n`, '431 /problems/headers-too-large'],
    ['CONNECT', `CONNECT other:443 HTTP/1.1\r\n${AT}\r\n`, '501 /problems/no-tunnel'],
    [
      'an expectation',
      `POST /auth/login HTTP/1.1\r\n${AT}Expect: tea\r\nContent-Length: 2\r\n\r\n`,
      '417 /problems/unknown-expectation',
    ],
    ['TRACE', `TRACE /users/me HTTP/1.1\r\n${LAST}\r\n`, '405 /problems/method-not-allowed'],
    ['OPTIONS *', `OPTIONS * HTTP/1.1\r\n${LAST}\r\n`, '404 /problems/not-found'],
    ['another site', `GET http://other/users/me HTTP/1.1\r\n${LAST}\r\n`, '401 /problems/unauthorized'],
  ])('a request with %s is refused with a problem', async (_, request, expected) => {
    expect(await statusAndType(request)).toBe(expected);
  });

  test('a head that never ends is given up', async () => {
    expect(await statusAndType(`GET /health/live HTTP/1.1\r\n${AT}X-Slow: `)).toBe('408 /problems/too-slow');
  }, 15_000);

  test('a second request that cannot be read does not spoil the answer to the first', async () => {
    const endless = await openServer({ ports: { media: endlessMedia() } });
    const json = { email: 'edges@example.com', password: PASSWORD, role: 'ARTIST' };
    await endless.call('POST', '/auth/register', { json });
    const login = { email: json.email, password: PASSWORD };
    const { accessToken } = (await endless.call('POST', '/auth/login', { json: login })).body;
    const form = audioForm(wav(), { title: 'Long' });
    const { trackId } = (await endless.call('POST', '/tracks', { token: accessToken, form })).body;

    const socket = connect({ host: '127.0.0.1', port: endless.port });
    socket.on('error', () => undefined);
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.write(`GET /tracks/${trackId}/stream HTTP/1.1\r\n${AT}Authorization: Bearer ${accessToken}\r\n\r\n`);
    let received = '';
    await new Promise<void>((resolve) => {
      socket.setEncoding('latin1').on('data', (text: string) => {
        received += text;
        socket.pause();
        resolve();
      });
    });
    socket.write('BAD\r\n\r\n', () => socket.resume().on('data', () => socket.resume()));
    await closed;
    expect(received).toMatch(/^HTTP\/1.1 200 /);
    expect(received.indexOf('HTTP/1.1', 1)).toBe(-1);
    await endless.stop();
  });

  test('HTTP/1.0 needs no host', async () => {
    expect(await app.exchange('GET /health/live HTTP/1.0\r\n\r\n')).toMatch(/^HTTP\/1.1 200 /);
  });

  test.each([
    ['DELETE', '/users/me/export', ['GET', 'HEAD']],
    ['PUT', '/auth/login', ['POST']],
    ['POST', '/tracks/7', ['DELETE', 'GET', 'HEAD', 'PATCH']],
    ['POST', '/health/live', ['GET', 'HEAD']],
    ['TRACE', '/tracks/7', ['DELETE', 'GET', 'HEAD', 'PATCH']],
    ['PROPFIND', '/docs', ['GET', 'HEAD']],
  ])('%s %s says what else there is', async (method, path, allowed) => {
    const answer = await app.call(method, path, { token });
    expectProblem(answer, 405, 'method-not-allowed');
    expect((answer.headers.allow ?? '').split(', ').sort()).toEqual(allowed);
  });

  test('OPTIONS says what there is, HEAD what GET would', async () => {
    const options = await app.call('OPTIONS', '/tracks/7');
    expect(options.status).toBe(200);
    expect((options.headers.allow ?? '').split(', ').sort()).toEqual(['DELETE', 'GET', 'HEAD', 'PATCH']);
    const head = await app.call('HEAD', '/health/live');
    expect(head).toMatchObject({ status: 200, text: '', headers: { 'content-length': '17' } });
  });

  test.each([
    '//users/me',
    '/users//me',
    '/users/me/',
    '/users/me;/health/live',
    '/users/me%2f',
    '/users%2fme',
    '/Users/Me',
    '/users/Me',
    '/health/../users/me',
    '/health/%2e%2e/users/me',
    '/health/live/../../users/me',
    '/users/./me',
    '/users/me%00',
    '/users/me%',
    '/constructor',
    '/__proto__',
    '/',
  ])('%s is not a path, with a token or without', async (path) => {
    expectProblem(await app.call('GET', path), 404, 'not-found');
    expectProblem(await app.call('GET', path, { token }), 404, 'not-found');
    expectProblem(await app.call('TRACE', path), 404, 'not-found');
  });

  test.each([
    '/users/me?/health/live',
    '/users/me?path=/health/live',
    '/users/me?token=x',
    '/users/me#/health/live',
    '/users/me?access_token=x',
  ])('%s asks who calls', async (path) => {
    expectProblem(await app.call('GET', path), 401, 'unauthorized');
  });

  test.each([
    ['a cookie', { Cookie: 'token=TOKEN; Authorization=Bearer TOKEN' }],
    ['Basic', { Authorization: `Basic ${Buffer.from('edge@example.com:Correct1horse').toString('base64')}` }],
    ['a token without its scheme', { Authorization: 'TOKEN' }],
    ['two tokens', { Authorization: 'Bearer TOKEN, Bearer TOKEN' }],
    ['an altered token', { Authorization: 'Bearer TOKENx' }],
    ['no token', { Authorization: 'Bearer ' }],
  ])('%s is no credential', async (_, headers) => {
    const given = Object.fromEntries(
      Object.entries(headers).map(([name, text]) => [name, text.replaceAll('TOKEN', token)]),
    );
    const answer = await app.call('GET', '/users/me', { headers: given });
    expectProblem(answer, 401, 'unauthorized');
    expect(answer.headers['www-authenticate']).toMatch(/^Bearer/);
    expect(answer.headers['set-cookie']).toBeUndefined();
  });

  test.each([
    ['abc-DEF_1.2', true],
    ['x'.repeat(64), true],
    ['x'.repeat(65), false],
    ['a b', false],
    ['"><script>', false],
    ['é', false],
    ['', false],
  ])('the request id %j is kept: %s', async (id, kept) => {
    const answer = await app.call('GET', '/nothing', { headers: { 'X-Request-Id': id } });
    const answered = answer.headers['x-request-id'];
    if (kept) expect(answered).toBe(id);
    else expect(answered).toMatch(/^[0-9a-f-]{36}$/);
    expectProblem(answer, 404, 'not-found');
  });
});
