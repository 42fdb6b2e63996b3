import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { expectProblem } from '../../support/http.ts';
import { type HttpServer, openServer } from '../../support/http-server.ts';

const APP = 'https://app.example.com';
const OTHER = 'https://player.example.org:8443';

const preflight = (server: HttpServer, origin: string) =>
  server.call('OPTIONS', '/streams', {
    headers: {
      Origin: origin,
      'Access-Control-Request-Method': 'POST',
      'Access-Control-Request-Headers': 'authorization,content-type',
    },
  });

describe('browsers', () => {
  let app: HttpServer;
  let closed: HttpServer;

  beforeAll(async () => {
    app = await openServer({ deps: { corsOrigins: [APP, OTHER] } });
    closed = await openServer();
  });
  afterAll(() => Promise.all([app.stop(), closed.stop()]));

  test.each([APP, OTHER])('%s may call', async (origin) => {
    const allowed = await preflight(app, origin);
    expect(allowed.status).toBe(204);
    expect(allowed.headers).toMatchObject({ 'access-control-allow-origin': origin, 'access-control-max-age': '600' });
    expect(allowed.headers['access-control-allow-headers']).toContain('Authorization');
    expect(allowed.headers['access-control-allow-methods']).toContain('PATCH');
    for (const path of ['/tracks', '/nothing', '/users/me', '/tracks?limit=0']) {
      const answer = await app.call('GET', path, { headers: { Origin: origin } });
      expect(answer.headers).toMatchObject({ 'access-control-allow-origin': origin, vary: 'Origin' });
      expect(answer.headers['access-control-expose-headers']).toContain('X-Request-Id');
    }
  });

  test.each([
    'null',
    'https://evil.example.com',
    'https://app.example.com.evil.com',
    'https://evilapp.example.com',
    'https://sub.app.example.com',
    'http://app.example.com',
    'https://app.example.com:443',
    'https://app.example.com/',
    'HTTPS://APP.EXAMPLE.COM',
    'https://app.example.com https://evil.example.com',
    '*',
    '',
  ])('%j may not', async (origin) => {
    for (const server of [app, closed]) {
      const answers = [
        await preflight(server, origin),
        await server.call('GET', '/tracks', { headers: { Origin: origin } }),
      ];
      for (const { headers } of answers) {
        expect(headers['access-control-allow-origin']).toBeUndefined();
        expect(headers['access-control-allow-credentials']).toBeUndefined();
      }
    }
  });

  test('nobody is asked for credentials of the browser', async () => {
    expect((await preflight(app, APP)).headers['access-control-allow-credentials']).toBeUndefined();
    expect((await preflight(closed, APP)).headers['access-control-allow-origin']).toBeUndefined();
  });

  test.each([
    ['/tracks', {}],
    ['/nothing', {}],
    ['/users/me', {}],
    ['/tracks?limit=0', {}],
    ['/tracks', { Host: '' }],
  ])('%s is guarded: nothing is run, framed, sniffed or remembered', async (path, headers) => {
    const answer = await app.call('GET', path, { headers });
    expect(answer.headers).toMatchObject({
      'content-security-policy': expect.stringMatching(/default-src 'none'.*frame-ancestors 'none'/),
      'x-content-type-options': 'nosniff',
      'x-frame-options': expect.stringMatching(/SAMEORIGIN|DENY/),
      'referrer-policy': 'no-referrer',
      'strict-transport-security': expect.stringContaining('max-age=31536000'),
    });
    expect(answer.headers['set-cookie']).toBeUndefined();
    expect(answer.headers['x-powered-by']).toBeUndefined();
  });

  test('only what is reached by https asks for it', async () => {
    const plain = await openServer({ deps: { publicUrl: 'http://127.0.0.1:3000' } });
    expect((await plain.call('GET', '/tracks')).headers['strict-transport-security']).toBeUndefined();
    await plain.stop();
  });

  test('the documentation comes whole from here, and runs nothing else', async () => {
    const page = await app.call('GET', '/docs');
    expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
    const policy = page.headers['content-security-policy'] as string;
    expect(policy).toContain("script-src 'self'");
    expect(/script-src[^;]*unsafe/.test(policy)).toBe(false);
    const addresses = [...page.text.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, address]) => address ?? '');
    expect(addresses.length).toBeGreaterThan(1);
    for (const address of addresses.filter((each) => each !== 'data:,')) {
      expect(address).toMatch(/^\/docs\//);
      const file = await app.call('GET', address);
      expect({ address, status: file.status }).toEqual({ address, status: 200 });
      expect(file.headers['content-type']).toMatch(/^text\/(css|javascript); charset=utf-8$/);
    }
    expect(page.text).not.toMatch(/<script(?![^>]*src=)/);
    for (const file of ['package.json', 'index.html', 'swagger-initializer.js', 'start.js.map'])
      expectProblem(await app.call('GET', `/docs/${file}`), 404, 'not-found');
    for (const file of ['..%2fpackage.json', '.env', '%2fetc%2fpasswd'])
      expectProblem(await app.call('GET', `/docs/${file}`), 400, 'invalid-input');
  });
});
