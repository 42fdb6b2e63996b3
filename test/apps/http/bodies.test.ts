import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { expectProblem } from '../../support/http.ts';
import { type HttpServer, openServer } from '../../support/http-server.ts';

const LOGIN = { email: 'nobody@example.com', password: 'FanPass123' };
const JSON_TYPE = { 'Content-Type': 'application/json' };

const padded = (size: number) => `{}${' '.repeat(size - 2)}`;

describe('bodies', () => {
  let app: HttpServer;
  let token: string;

  beforeAll(async () => {
    app = await openServer({ limits: { bodyMs: 300 } });
    token = await app.signIn('bodies@example.com');
  });
  afterAll(() => app.stop());

  const logIn = (bytes: string | Uint8Array, headers: Readonly<Record<string, string>> = JSON_TYPE) =>
    app.call('POST', '/auth/login', { bytes, headers });

  test.each(['application/json', 'Application/JSON; Charset="UTF-8"', 'application/json;charset=utf8'])(
    '%s is taken',
    async (type) => {
      expectProblem(await logIn(JSON.stringify(LOGIN), { 'Content-Type': type }), 401, 'bad-credentials');
    },
  );

  test.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/json; charset=utf-16',
    'application/jsonp',
    'application/problem+json',
    '',
  ])('%j is no JSON', async (type) => {
    expectProblem(await logIn(JSON.stringify(LOGIN), { 'Content-Type': type }), 415, 'unsupported-media-type');
  });

  test('a webhook is JSON too', async () => {
    const headers = { 'Content-Type': 'text/plain', 'Stripe-Signature': 't=1,v1=x' };
    const answer = await app.call('POST', '/webhooks/stripe', { bytes: '{}', headers });
    expectProblem(answer, 415, 'unsupported-media-type');
  });

  test.each(['gzip', 'br', 'deflate', 'gzip, gzip', 'x'])('a body in %s is not taken', async (encoding) => {
    const headers = { ...JSON_TYPE, 'Content-Encoding': encoding };
    for (const bytes of [gzipSync(JSON.stringify(LOGIN)), 'no gzip at all']) {
      const answer = await logIn(bytes, headers);
      expectProblem(answer, 415, 'unsupported-encoding');
      expect(answer.headers['accept-encoding']).toBe('identity');
    }
  });

  test.each([
    ['cut off', '{"email":"a@example.com"'],
    ['with a byte order mark', `\ufeff${JSON.stringify(LOGIN)}`],
    ['of two documents', '{}{}'],
    ['with a comment', '{}//'],
    ['that is deep and cut off', '['.repeat(100_000)],
    ['of NaN', 'NaN'],
  ])('JSON %s is refused', async (_, text) => {
    expect(expectProblem(await logIn(text), 400, 'invalid-json')).toEqual(['body']);
  });

  test('what is not UTF-8 is refused', async () => {
    expectProblem(await logIn(Buffer.from('{"email":"\xff\xfe"}', 'latin1')), 400, 'invalid-text');
  });

  test('no body, and JSON that is deep and whole, are refused by field', async () => {
    expect(expectProblem(await logIn(''), 400, 'invalid-input')).toEqual(['body']);
    const deep = `${'['.repeat(50_000)}${']'.repeat(50_000)}`;
    expect(expectProblem(await logIn(deep), 400, 'invalid-input')).toEqual(['body']);
  });

  test('the limits are 100 KB, 1 MB for batches, 256 KB for webhooks', async () => {
    const batch = (size: number) =>
      app.call('POST', '/streams/batch', { token, bytes: padded(size), headers: JSON_TYPE });
    const event = (size: number) =>
      app.call('POST', '/webhooks/stripe', {
        bytes: padded(size),
        headers: { ...JSON_TYPE, 'Stripe-Signature': 't=1,v1=x' },
      });
    expectProblem(await logIn(padded(100 * 1024)), 400, 'invalid-input');
    expectProblem(await logIn(padded(100 * 1024 + 1)), 413, 'too-large');
    expectProblem(await batch(1024 * 1024), 400, 'invalid-input');
    expectProblem(await batch(1024 * 1024 + 1), 413, 'too-large');
    expectProblem(await event(256 * 1024), 400, 'bad-signature');
    expectProblem(await event(256 * 1024 + 1), 413, 'too-large');
  });

  test('who sends too much without saying so hears it, and the connection ends', async () => {
    const chunk = 'x'.repeat(64 * 1024);
    const chunks = Array.from({ length: 12 }, () => `${chunk.length.toString(16)}\r\n${chunk}\r\n`);
    const head =
      'POST /auth/login HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n';
    const answer = await app.exchange(head, ...chunks, '0\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1.1 413 /);
    expect(answer).toContain('/problems/too-large');
    expect(answer).toMatch(/connection: close/i);
  });

  test('who hears only after everything is sent hears it as well', async () => {
    const size = 900 * 1024;
    const socket = connect({ host: '127.0.0.1', port: app.port });
    let received = '';
    socket.setEncoding('latin1').on('data', (text: string) => (received += text));
    socket.on('error', () => undefined).pause();
    const closed = new Promise((resolve) => socket.once('close', resolve));
    const head = `POST /auth/login HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: ${size}\r\n\r\n`;
    const half = 'x'.repeat(size / 2);
    socket.write(head + half);
    await new Promise((resolve) => setTimeout(resolve, 100));
    socket.write(half);
    await new Promise((resolve) => setTimeout(resolve, 100));
    socket.resume();
    await closed;
    expect(received).toMatch(/^HTTP\/1.1 413 /);
  });

  test('a declared length that is too much is not waited for', async () => {
    const head =
      'POST /auth/login HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 9999999\r\n\r\n';
    expect(await app.exchange(head)).toMatch(/^HTTP\/1.1 413 /);
  });

  test('a body that drips in is given up', async () => {
    const head =
      'POST /auth/login HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{';
    const answer = await app.exchange(head);
    expect(answer).toMatch(/^HTTP\/1.1 408 /);
    expect(answer).toContain('/problems/too-slow');
    expect(answer).toMatch(/connection: close/i);
  });

  test('who goes away in the middle of a body is no failure', async () => {
    const before = app.lines().length;
    const head =
      'POST /auth/login HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{';
    await new Promise<void>((resolve) => {
      const socket = connect({ host: '127.0.0.1', port: app.port }, () => {
        socket.write(head, () => {
          socket.resetAndDestroy();
          resolve();
        });
      });
    });
    while (
      !app
        .lines()
        .slice(before)
        .some(({ msg }) => msg === 'request')
    )
      await new Promise((resolve) => setTimeout(resolve, 5));
    expect(
      app
        .lines()
        .slice(before)
        .filter(({ level }) => level > 20),
    ).toEqual([]);
  });
});
