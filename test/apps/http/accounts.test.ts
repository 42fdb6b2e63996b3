import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eraseMe, exportMe, getMe, logIn, refreshSession, register } from '@backline/contracts/http';
import { steppingClock } from '@backline/memory';
import { instant } from '@backline/core/kernel';
import { type HttpApp, expectContract, expectProblem, openHttpApp } from '../../support/http.ts';

const REFUSED: readonly (readonly [string, unknown, readonly string[]])[] = [
  ['no address', { email: 'nobody', password: 'FanPass123', role: 'FAN' }, ['email']],
  ['an address that only the core refuses', { email: 'a@b', password: 'FanPass123', role: 'FAN' }, ['email']],
  ['a short password', { email: 'w1@example.com', password: 'Short1', role: 'FAN' }, ['password']],
  ['a password of 129', { email: 'w2@example.com', password: `a1${'x'.repeat(127)}`, role: 'FAN' }, ['password']],
  ['no digit', { email: 'w3@example.com', password: 'onlyletters', role: 'FAN' }, ['password']],
  ['another role', { email: 'w4@example.com', password: 'FanPass123', role: 'ADMIN' }, ['role']],
  ['a list as role', { email: 'w5@example.com', password: 'FanPass123', role: ['FAN'] }, ['role']],
  ['unknown fields', { email: 'w6@example.com', password: 'FanPass123', role: 'FAN', id: 7 }, ['id']],
  [
    'NUL in a name',
    { email: 'w7@example.com', password: 'FanPass123', role: 'FAN', displayName: 'a\u0000' },
    ['displayName'],
  ],
  [
    'a lone surrogate',
    { email: 'w8@example.com', password: 'FanPass123', role: 'FAN', displayName: '\ud800' },
    ['displayName'],
  ],
  ['NUL in a password', { email: 'w9@example.com', password: 'FanPass\u0000123', role: 'FAN' }, ['password']],
  ['a number as address', { email: 5, password: 'FanPass123', role: 'FAN' }, ['email']],
  ['nothing', {}, ['email', 'password', 'role']],
];

describe('accounts over HTTP', () => {
  let app: HttpApp;
  const clock = steppingClock(instant(Date.parse('2026-11-20T12:00:00Z')));

  beforeAll(async () => {
    app = await openHttpApp({ ports: { clock } });
  });
  afterAll(() => app.close());

  test('registers, signs in, rotates and signs out', async () => {
    const json = { email: 'Fan1@Example.com', password: 'FanPass123', role: 'FAN' };
    const registered = await app.call('POST', '/auth/register', { json });
    expectContract(register, registered);
    expect(registered).toMatchObject({ status: 201, body: { email: 'fan1@example.com', role: 'FAN' } });

    const login = { email: 'FAN1@example.com', password: 'FanPass123' };
    const signedIn = await app.call('POST', '/auth/login', { json: login });
    expectContract(logIn, signedIn);
    expect(signedIn.body).toMatchObject({ tokenType: 'Bearer', expiresIn: 900 });
    expect(signedIn.headers['cache-control']).toBe('no-store');

    const { refreshToken } = signedIn.body;
    const refreshed = await app.call('POST', '/auth/refresh', { json: { refreshToken } });
    expectContract(refreshSession, refreshed);
    expect(refreshed.body.refreshToken).not.toBe(refreshToken);

    expectProblem(await app.call('POST', '/auth/refresh', { json: { refreshToken } }), 401, 'bad-refresh-token');
    const family = { refreshToken: refreshed.body.refreshToken };
    expectProblem(await app.call('POST', '/auth/refresh', { json: family }), 401, 'bad-refresh-token');

    expect((await app.call('POST', '/auth/logout', { json: family })).status).toBe(204);
    expect((await app.call('POST', '/auth/logout', { json: { refreshToken: 'unknown' } })).status).toBe(204);
  });

  test('an address belongs to one account, however it is written and whoever is first', async () => {
    const answers = await Promise.all(
      ['race@example.com', 'RACE@example.com', 'Race@Example.com'].map((email) =>
        app.call('POST', '/auth/register', { json: { email, password: 'FanPass123', role: 'FAN' } }),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
    for (const answer of answers.filter(({ status }) => status === 409)) expectProblem(answer, 409, 'email-taken');
  });

  test('a wrong address and a wrong password are answered alike', async () => {
    await app.person('FAN');
    const [first, second] = await Promise.all([
      app.call('POST', '/auth/login', { json: { email: 'fan1@example.com', password: 'WrongPass1' } }),
      app.call('POST', '/auth/login', { json: { email: 'none@example.com', password: 'WrongPass1' } }),
    ]);
    expectProblem(first, 401, 'bad-credentials');
    expect({ ...second.body, instance: null }).toEqual({ ...first.body, instance: null });
  });

  test.each(REFUSED)('registration with %s names the field', async (_, json, fields) => {
    const answer = await app.call('POST', '/auth/register', { json });
    expect(expectProblem(answer, 400, 'invalid-input')).toEqual(fields);
    const email = (json as { email?: unknown }).email;
    if (typeof email === 'string')
      expect((await app.call('POST', '/auth/login', { json: { email, password: 'FanPass123' } })).status).toBe(401);
  });

  test.each([
    [
      '__proto__',
      '{"email":"p@example.com","password":"FanPass123","role":"FAN","__proto__":{"role":"ARTIST"}}',
      '__proto__',
    ],
    ['constructor', '{"email":"p@example.com","password":"FanPass123","role":"FAN","constructor":{}}', 'constructor'],
    ['no object', '[]', 'body'],
    ['a bare string', '"x"', 'body'],
    ['null', 'null', 'body'],
  ])('a body with %s is refused', async (_, bytes, field) => {
    const answer = await app.call('POST', '/auth/register', { bytes, headers: { 'Content-Type': 'application/json' } });
    expect(expectProblem(answer, 400, 'invalid-input')).toContain(field);
  });

  test('a body 40,000 lists deep is refused', async () => {
    const bytes = `{"email":${'['.repeat(40_000)}${']'.repeat(40_000)}}`;
    const answer = await app.call('POST', '/auth/register', { bytes, headers: { 'Content-Type': 'application/json' } });
    expect(expectProblem(answer, 400, 'invalid-input')).toContain('email');
  });

  test('GET /users/me of a fan and of an artist', async () => {
    const fan = await app.person('FAN');
    const artist = await app.person('ARTIST', 'Ada');
    const track = await app.publish(artist, 'Counted');
    await app.subscribe(fan);
    for (let index = 0; index < 12; index += 1)
      await app.call('POST', '/streams', {
        token: fan.token,
        json: {
          playId: `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
          trackId: track.trackId,
          startedAt: new Date(clock.now() + index * 1_000).toISOString(),
          msPlayed: 1_000,
        },
      });
    clock.advance(60_000);
    await app.call('POST', '/streams', {
      token: fan.token,
      json: {
        playId: '00000000-0000-4000-8000-00000000ffff',
        trackId: track.trackId,
        startedAt: new Date(clock.now()).toISOString(),
        msPlayed: 35_000,
      },
    });

    const me = await app.call('GET', '/users/me', { token: fan.token });
    expectContract(getMe, me);
    expect(me.body).toMatchObject({
      subscriptionActive: true,
      artistStats: null,
      listeningStats: { totalStreams: 13 },
    });
    expect(me.body.listeningStats.recentStreams).toHaveLength(10);
    expect(me.body.listeningStats.recentStreams[0]).toMatchObject({
      msPlayed: 35_000,
      title: 'Counted',
      artistName: 'Ada',
    });

    const earned = await app.call('GET', '/users/me', { token: artist.token });
    expectContract(getMe, earned);
    expect(earned.body).toMatchObject({
      role: 'ARTIST',
      profile: { displayName: 'Ada' },
      artistStats: { trackCount: 1, totalPayout: 0, totalPayoutMicros: '8000', currency: 'USD' },
    });
  });

  test('the export holds all that is kept of the caller, every page of it', async () => {
    const artist = await app.person('ARTIST');
    const track = await app.publish(artist, 'Exported');
    const plays = Array.from({ length: 230 }, (_, index) => ({
      playId: `11111111-0000-4000-8000-${String(index).padStart(12, '0')}`,
      trackId: track.trackId,
      startedAt: new Date(clock.now() - index * 60_000).toISOString(),
      msPlayed: 30_000,
    }));
    await app.call('POST', '/streams/batch', { token: artist.token, json: { plays } });

    const exported = await app.call('GET', '/users/me/export', { token: artist.token });
    expectContract(exportMe, exported);
    expect(exported.body.plays).toHaveLength(230);
    expect(new Set(exported.body.plays.map(({ playId }: { playId: string }) => playId)).size).toBe(230);
    expect(exported.body).toMatchObject({
      account: { userId: artist.userId, email: artist.email },
      tracks: [{ title: 'Exported' }],
      subscription: { status: 'none', active: false },
      earnings: { earnedMicros: '0' },
    });
    expect(exported.body.sessions).toHaveLength(1);

    const fan = await app.person('FAN');
    const nothing = await app.call('GET', '/users/me/export', { token: fan.token });
    expectContract(exportMe, nothing);
    expect(nothing.body).toMatchObject({ plays: [], tracks: [], earnings: null });
  });

  test('erasing takes the password, ends sign-in, and answers what is left of the token with 401', async () => {
    const fan = await app.person('FAN');
    const wrong = await app.call('DELETE', '/users/me', { token: fan.token, json: { password: 'WrongPass1' } });
    expectContract(eraseMe, wrong);
    expectProblem(wrong, 403, 'bad-credentials');

    const erased = await app.call('DELETE', '/users/me', { token: fan.token, json: { password: 'Correct1horse' } });
    expect(erased).toMatchObject({ status: 204, text: '' });
    for (const path of ['/users/me', '/users/me/export', '/profile'])
      expectProblem(await app.call('GET', path, { token: fan.token }), 401, 'account-erased');
    const login = { email: fan.email, password: 'Correct1horse' };
    expectProblem(await app.call('POST', '/auth/login', { json: login }), 401, 'bad-credentials');
  });

  test('a crowd at the door is told to come back', async () => {
    const busy = await openHttpApp({
      ports: {
        passwordHasher: {
          hash: async () => ({ ok: false, error: { code: 'busy', retryAfterMs: 1_500 } }),
          verify: async () => ({ ok: false, error: { code: 'busy', retryAfterMs: 1_500 } }),
        },
      },
    });
    const json = { email: 'a@example.com', password: 'FanPass123' };
    for (const answer of [
      await busy.call('POST', '/auth/login', { json }),
      await busy.call('POST', '/auth/register', { json: { ...json, role: 'FAN' } }),
    ]) {
      expectProblem(answer, 503, 'busy');
      expect(answer.headers['retry-after']).toBe('2');
    }
    await busy.close();
  });
});
