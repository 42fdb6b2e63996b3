import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { getLiveness, getOpenApiDocument, getReadiness } from '@backline/contracts/http';
import { Unavailable, instant } from '@backline/core/kernel';
import { expectContract, expectProblem } from '../../support/http.ts';
import { type HttpServer, type LogLine, PASSWORD, openServer, until } from '../../support/http-server.ts';

const well = { required: true, run: async () => undefined };
const ill = async (): Promise<void> => {
  throw new Unavailable('database');
};

const play = (id: string, trackId: number) => ({
  playId: `00000000-0000-4000-8000-00000000000${id}`,
  trackId,
  startedAt: new Date().toISOString(),
  msPlayed: 31_000,
});

describe('operations', () => {
  let app: HttpServer;

  beforeAll(async () => {
    app = await openServer();
  });
  afterAll(() => app.stop());

  test('a process that runs is live, also when nothing that it needs is there', async () => {
    const sick = await openServer({ deps: { healthChecks: [{ name: 'database', required: true, run: ill }] } });
    const live = await sick.call('GET', '/health/live');
    expectContract(getLiveness, live);
    expect(live).toMatchObject({ status: 200, body: { status: 'live' } });
    const ready = await sick.call('GET', '/health/ready');
    expectContract(getReadiness, ready);
    expect(ready).toMatchObject({
      status: 503,
      body: { status: 'unavailable', checks: { database: { status: 'failed', detail: 'database is unavailable' } } },
    });
    await sick.stop();
  });

  test('what is not required is reported, and fails nothing', async () => {
    const checks = [
      { name: 'database', ...well },
      { name: 'engine', required: false, run: ill },
    ];
    const lame = await openServer({ deps: { healthChecks: checks } });
    const ready = await lame.call('GET', '/health/ready');
    expectContract(getReadiness, ready);
    expect(ready).toMatchObject({
      status: 200,
      body: { status: 'ready', checks: { database: { status: 'ok' }, engine: { status: 'failed' } } },
    });
    await lame.stop();
  });

  test('the document is the one that is committed', async () => {
    const served = await app.call('GET', '/openapi.json');
    expectContract(getOpenApiDocument, served);
    const committed = readFileSync(new URL('../../../contracts/openapi.json', import.meta.url), 'utf8');
    expect(served.body).toEqual(JSON.parse(committed));
  });

  test('metrics count requests by pattern, never by what a caller wrote', async () => {
    await app.call('GET', '/tracks/1');
    await app.call('GET', '/tracks/2');
    await app.call('GET', '/canary-path-7Q');
    await app.call('BREW', '/tracks/3').catch(() => undefined);
    const metrics = await app.call('GET', '/metrics');
    expect(metrics.headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(metrics.text).toMatch(
      /^http_request_duration_seconds_count\{method="GET",route="\/tracks\/:trackId",status="404"\} 2$/m,
    );
    expect(metrics.text).toMatch(/route="none",status="404"/);
    expect(metrics.text).not.toContain('canary');
    expect(metrics.text).toMatch(/^http_requests_in_flight 1$/m);
    for (const name of ['nodejs_eventloop_lag_p99_seconds', 'process_resident_memory_bytes', 'process_open_fds'])
      expect(metrics.text).toMatch(new RegExp(`^${name} `, 'm'));
  });

  test('metrics tell what differed when the books were verified last, also while the database is away', async () => {
    const difference = { check: 'balance', where: 'account stripe_balance USD', expected: '1', found: '2' } as const;
    let latest = async () => ({ verifiedAt: instant(1_790_000_000_000), differences: [difference, difference] });
    const verifications = { append: async () => undefined, latest: () => latest() };
    const differing = await openServer({ deps: { verifications } });
    const metrics = async () => (await differing.call('GET', '/metrics')).text;
    expect(await metrics()).toMatch(/^ledger_differences 2$/m);
    expect(await metrics()).toMatch(/^ledger_verified_timestamp_seconds 1790000000$/m);
    latest = ill as never;
    expect(await metrics()).toMatch(/^ledger_differences 2$/m);
    await differing.stop();
  });

  test('plays are counted by what became of them', async () => {
    const token = await app.signIn('counted@example.com');
    const json = { plays: [play('1', 404), play('2', 404)] };
    expect((await app.call('POST', '/streams/batch', { token, json })).status).toBe(200);
    expect((await app.call('GET', '/metrics')).text).toMatch(/^plays_reported_total\{outcome="rejected"\} 2$/m);
  });

  test('one line a request tells who, what and how it ended, and no secret', async () => {
    const before = app.lines().length;
    const email = 'canary-address@example.com';
    const token = await app.signIn(email);
    await app.call('POST', '/auth/login', { json: { email, password: 'Canary-Wrong-1' } });
    await app.call('GET', '/users/me', { token, headers: { 'X-Request-Id': 'seen-1' } });
    await app.call('GET', '/tracks/5/stream?token=canary-link');
    await app.call('GET', '/users/me', { headers: { Authorization: 'Bearer canary-token', Cookie: 'canary-cookie' } });
    await app.call('POST', '/webhooks/stripe', {
      bytes: '{"canary-event":1}',
      headers: { 'Content-Type': 'application/json', 'Stripe-Signature': 't=1,v1=canary-signature' },
    });
    await app.call('GET', '/nothing?x=canary-query%0A{"level":60}');
    const requests = (): readonly LogLine[] =>
      app
        .lines()
        .slice(before)
        .filter(({ msg }) => msg === 'request');
    await until(() => requests().length === 8);

    expect(requests().find(({ requestId }) => requestId === 'seen-1')).toMatchObject({
      level: 30,
      method: 'GET',
      route: '/users/me',
      status: 200,
      userId: expect.any(Number),
      ms: expect.any(Number),
      bytes: expect.any(Number),
    });
    for (const secret of ['canary', 'Canary', PASSWORD, token]) expect(app.logged()).not.toContain(secret);
  });

  test('a fault of ours is a number to us and nothing to the caller', async () => {
    const broken = await openServer({
      deps: (ports) => ({
        readers: {
          ...ports,
          catalog: { ...ports.catalog, tracks: () => Promise.reject(new Error('at /secret/place')) },
        },
      }),
    });
    const answer = await broken.call('GET', '/tracks');
    expectProblem(answer, 500, 'internal');
    expect(answer.text).not.toMatch(/secret|at |stack/i);
    const line = broken.lines().find(({ level }) => level === 50);
    expect(line).toMatchObject({
      requestId: answer.headers['x-request-id'],
      err: { stack: expect.stringContaining('/secret/place') },
    });
    await broken.stop();
  });

  test.each([
    ['away', () => new Unavailable('database'), 503, 'unavailable'],
    ['full', () => Object.assign(new Error('no space'), { code: 'ENOSPC' }), 507, 'storage-full'],
    ['no error at all', () => 'a string', 500, 'internal'],
  ])('what is %s has its own status', async (_, cause, status, type) => {
    const away = await openServer({
      deps: (ports) => ({
        readers: { ...ports, catalog: { ...ports.catalog, tracks: () => Promise.reject(cause()) } },
      }),
    });
    const answer = await away.call('GET', '/tracks');
    expectProblem(answer, status, type);
    expect(answer.headers['retry-after']).toBe(status === 503 ? '2' : undefined);
    await away.stop();
  });
});
