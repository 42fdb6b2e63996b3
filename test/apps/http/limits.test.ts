import { afterEach, describe, expect, test } from '@jest/globals';
import { instant } from '@backline/core/kernel';
import { memoryPorts, steppingClock } from '@backline/memory';
import { expectProblem } from '../../support/http.ts';
import { type HttpServer, PASSWORD, openServer } from '../../support/http-server.ts';

type Given = NonNullable<Parameters<typeof openServer>[0]>;

const behindProxy = { trustedProxies: 1 };
const from = (address: string) => ({ 'X-Forwarded-For': address });

describe('limits', () => {
  const open: HttpServer[] = [];
  const server = async (given: Given): Promise<HttpServer> => {
    const app = await openServer(given);
    open.push(app);
    return app;
  };
  afterEach(async () => {
    await Promise.all(open.splice(0).map((app) => app.stop()));
  });

  test('requests are counted by user, else by address, and the answer says how many are left', async () => {
    const app = await server({ limits: { requestsPerMinute: 5 }, deps: behindProxy });
    const first = await app.call('GET', '/tracks', { headers: from('192.0.2.1') });
    expect(first.headers).toMatchObject({
      'ratelimit-policy': '"requests";q=5;w=60',
      ratelimit: '"requests";r=4;t=60',
      'ratelimit-limit': '5',
      'ratelimit-remaining': '4',
      'ratelimit-reset': '60',
    });
    for (let more = 0; more < 4; more += 1) await app.call('GET', '/tracks', { headers: from('192.0.2.1') });
    const refused = await app.call('GET', '/tracks', { headers: from('192.0.2.1') });
    expectProblem(refused, 429, 'too-many-requests');
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    expect(refused.headers['ratelimit-remaining']).toBe('0');
    expect((await app.call('GET', '/tracks', { headers: from('192.0.2.2') })).status).toBe(200);
  });

  test('each key has a window of its own, and after it all requests again', async () => {
    const clock = steppingClock(instant(Date.parse('2026-11-20T12:00:00Z')));
    const app = await server({ limits: { requestsPerMinute: 2 }, deps: { ...behindProxy, clock } });
    const left = async (address: string) => {
      const { headers } = await app.call('GET', '/tracks', { headers: from(address) });
      return [Number(headers['ratelimit-remaining']), Number(headers['ratelimit-reset'])];
    };
    expect(await left('192.0.2.1')).toEqual([1, 60]);
    clock.advance(40_000);
    expect(await left('192.0.2.2')).toEqual([1, 60]);
    clock.advance(19_999);
    expect(await left('192.0.2.1')).toEqual([0, 1]);
    clock.advance(1);
    expect(await left('192.0.2.1')).toEqual([1, 60]);
    expect(await left('192.0.2.2')).toEqual([0, 40]);
  });

  test('a user is counted wherever from, and no other user with him', async () => {
    const app = await server({ limits: { requestsPerMinute: 6 }, deps: behindProxy });
    const [one, two] = [await app.signIn('one@example.com'), await app.signIn('two@example.com')];
    const me = (token: string, address: string) => app.call('GET', '/users/me', { token, headers: from(address) });
    for (let at = 0; at < 6; at += 1) expect((await me(one, `198.51.100.${at}`)).status).toBe(200);
    expectProblem(await me(one, '198.51.100.99'), 429, 'too-many-requests');
    expect((await me(two, '198.51.100.99')).status).toBe(200);
  });

  test('bad tokens count for their address', async () => {
    const app = await server({ limits: { requestsPerMinute: 3 } });
    for (let at = 0; at < 3; at += 1)
      expectProblem(await app.call('GET', '/users/me', { token: `x${at}` }), 401, 'unauthorized');
    expectProblem(await app.call('GET', '/users/me', { token: 'x9' }), 429, 'too-many-requests');
  });

  test('who watches the platform is never counted', async () => {
    const app = await server({ limits: { requestsPerMinute: 1 } });
    await app.call('GET', '/tracks');
    expect((await app.call('GET', '/tracks')).status).toBe(429);
    for (const path of ['/health/live', '/health/ready', '/metrics'])
      for (let at = 0; at < 3; at += 1) expect((await app.call('GET', path)).status).toBe(200);
  });

  test('without a proxy nobody chooses an address', async () => {
    const app = await server({ limits: { requestsPerMinute: 5 } });
    const statuses: number[] = [];
    for (let at = 0; at < 7; at += 1)
      statuses.push((await app.call('GET', '/tracks', { headers: from(`192.0.2.${at}`) })).status);
    expect(statuses).toEqual([200, 200, 200, 200, 200, 429, 429]);
  });

  test('behind one proxy the address is what the proxy saw, whatever was before it', async () => {
    const app = await server({ limits: { requestsPerMinute: 5 }, deps: behindProxy });
    const statuses: number[] = [];
    for (let at = 0; at < 7; at += 1)
      statuses.push((await app.call('GET', '/tracks', { headers: from(`6.6.6.${at}, 192.0.2.1`) })).status);
    expect(statuses).toEqual([200, 200, 200, 200, 200, 429, 429]);
  });

  test.each([
    ['2001:db8:0:1::1', '2001:db8::1:ffff:ffff:ffff:ffff', true],
    ['2001:db8:0:1::1', '2001:0DB8:0000:0001::2', true],
    ['2001:db8:0:1::1', '2001:db8:0:2::1', false],
    ['::ffff:192.0.2.1', '192.0.2.1', true],
    ['::1', '::2', true],
    ['192.0.2.1', '192.0.2.2', false],
  ])('%s and %s are one client: %s', async (one, other, same) => {
    const app = await server({ limits: { requestsPerMinute: 1 }, deps: behindProxy });
    expect((await app.call('GET', '/tracks', { headers: from(one) })).status).toBe(200);
    expect((await app.call('GET', '/tracks', { headers: from(other) })).status).toBe(same ? 429 : 200);
  });

  const guessing = async () => {
    const app = await server({ deps: behindProxy, limits: { failedLoginsPerAccount: 3, failedLoginsPerAddress: 6 } });
    await app.signIn('known@example.com');
    const logIn = (email: string, password: string, address = '192.0.2.1') =>
      app.call('POST', '/auth/login', { json: { email, password }, headers: from(address) });
    return { app, logIn };
  };

  test('a guesser is stopped for the account, which its owner still opens from elsewhere', async () => {
    const { logIn } = await guessing();
    for (const email of ['known@example.com', 'KNOWN@example.com', 'Known@Example.com'])
      expectProblem(await logIn(email, 'WrongPass1'), 401, 'bad-credentials');
    const stopped = await logIn('known@example.com', PASSWORD);
    expectProblem(stopped, 429, 'too-many-requests');
    expect(Number(stopped.headers['retry-after'])).toBeGreaterThan(800);
    expect((await logIn('known@example.com', PASSWORD, '198.51.100.7')).status).toBe(200);
  });

  test('a sprayer is stopped for the address, whether the accounts exist or not', async () => {
    const { logIn } = await guessing();
    for (let at = 0; at < 6; at += 1)
      expectProblem(await logIn(`a${at}@example.com`, 'WrongPass1'), 401, 'bad-credentials');
    expectProblem(await logIn('a9@example.com', 'WrongPass1'), 429, 'too-many-requests');
    expectProblem(await logIn('known@example.com', PASSWORD), 429, 'too-many-requests');
  });

  test('guesses made at once tell no more than guesses made in turn', async () => {
    const { passwordHasher } = memoryPorts();
    const wrongAnswered = Promise.withResolvers<void>();
    const app = await server({
      limits: { failedLoginsPerAccount: 3 },
      ports: {
        passwordHasher: {
          ...passwordHasher,
          verify: async (password, hash) => {
            if (password === PASSWORD) await wrongAnswered.promise;
            return passwordHasher.verify(password, hash);
          },
        },
      },
    });
    const email = 'guessed@example.com';
    await app.call('POST', '/auth/register', { json: { email, password: PASSWORD, role: 'FAN' } });
    const logIn = (password: string) => app.call('POST', '/auth/login', { json: { email, password } });

    const right = logIn(PASSWORD);
    const wrong = await Promise.all(Array.from({ length: 20 }, (_, at) => logIn(`WrongPass${at}`)));
    wrongAnswered.resolve();
    expect(wrong.filter(({ status }) => status === 401).length).toBe(3);
    expect(wrong.filter(({ status }) => status === 429).length).toBe(17);
    expectProblem(await right, 429, 'too-many-requests');
  });

  test('a right password is never counted', async () => {
    const { logIn } = await guessing();
    const answers = await Promise.all(Array.from({ length: 10 }, () => logIn('known@example.com', PASSWORD)));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
  });

  test('refused refreshes are counted, and keep nobody from signing in', async () => {
    const { app, logIn } = await guessing();
    const refresh = () =>
      app.call('POST', '/auth/refresh', { json: { refreshToken: 'none' }, headers: from('192.0.2.1') });
    for (let at = 0; at < 6; at += 1) expectProblem(await refresh(), 401, 'bad-refresh-token');
    expectProblem(await refresh(), 429, 'too-many-requests');
    expect((await logIn('known@example.com', PASSWORD)).status).toBe(200);
  });

  test('a stolen token is not enough to try passwords on the account for ever', async () => {
    const { app } = await guessing();
    const token = await app.signIn('stolen@example.com');
    const erase = (password: string) => app.call('DELETE', '/users/me', { token, json: { password } });
    for (let at = 0; at < 3; at += 1) expectProblem(await erase(`WrongPass${at}`), 403, 'bad-credentials');
    expectProblem(await erase(PASSWORD), 429, 'too-many-requests');
    expect((await app.call('GET', '/users/me', { token })).status).toBe(200);
  });

  test('accounts are made only so fast from one address', async () => {
    const app = await server({ deps: behindProxy, limits: { registrationsPerHour: 2 } });
    const register = (name: string, address = '192.0.2.1') =>
      app.call('POST', '/auth/register', {
        json: { email: `${name}@example.com`, password: PASSWORD, role: 'FAN' },
        headers: from(address),
      });
    expect((await register('a')).status).toBe(201);
    expect((await register('b')).status).toBe(201);
    expectProblem(await register('c'), 429, 'too-many-requests');
    expect((await register('c', '192.0.2.2')).status).toBe(201);
  });

  test('what cannot be served is turned away at once, and places are kept for webhooks and health', async () => {
    const gate = Promise.withResolvers<void>();
    const app = await server({
      limits: { inFlight: { streams: 1, webhooks: 1, others: 3 } },
      deps: (ports) => ({
        readers: {
          ...ports,
          catalog: {
            ...ports.catalog,
            tracks: async (...asked: Parameters<typeof ports.catalog.tracks>) => {
              await gate.promise;
              return ports.catalog.tracks(...asked);
            },
          },
        },
      }),
    });
    const waiting = [1, 2, 3].map(() => app.call('GET', '/tracks'));
    await new Promise((resolve) => setTimeout(resolve, 50));
    const shed = await app.call('GET', '/tracks');
    expectProblem(shed, 503, 'overloaded');
    expect(shed.headers).toMatchObject({ 'retry-after': '1', connection: 'close' });
    expect((await app.call('GET', '/health/ready')).status).toBe(200);
    expectProblem(
      await app.call('POST', '/webhooks/stripe', {
        bytes: '{}',
        headers: { 'Content-Type': 'application/json', 'Stripe-Signature': 't=1,v1=x' },
      }),
      400,
      'bad-signature',
    );
    gate.resolve();
    expect((await Promise.all(waiting)).map(({ status }) => status)).toEqual([200, 200, 200]);
    expect((await app.call('GET', '/tracks')).status).toBe(200);
  });
});
