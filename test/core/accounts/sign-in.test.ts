import { describe, expect, test } from '@jest/globals';
import type { SignedIn } from '@backline/core/accounts';
import { DAY_MS, MINUTE_MS, after, err } from '@backline/core/kernel';
import { memoryPasswordHasher } from '@backline/memory';
import { PASSWORD, type Platform, START, eventsOf, join, platform, valueOf } from '../platform.ts';

const ADDRESS = 'fan1@example.com';
const REFUSED = err({ code: 'bad_refresh_token' });

const logIn = async ({ core }: Platform): Promise<SignedIn> => valueOf(await core.accounts.logIn(ADDRESS, PASSWORD));

const sessionOf = ({ ports, clock }: Platform, { accessToken }: SignedIn) =>
  ports.accessTokens.verify(accessToken, clock.now())!;

const isLive = (it: Platform, signedIn: SignedIn): Promise<boolean> =>
  it.ports.accounts.sessionIsLive(sessionOf(it, signedIn).sessionId, it.clock.now());

const opened = async (): Promise<Platform> => {
  const it = platform();
  await join(it, ADDRESS);
  return it;
};

describe('logIn', () => {
  test('gives a token that names the user, for 15 minutes', async () => {
    const it = await opened();
    const signedIn = await logIn(it);
    expect(signedIn.expiresInSeconds).toBe(900);
    expect(sessionOf(it, signedIn)).toMatchObject({ userId: 1, role: 'FAN', expiresAt: after(START, 15 * MINUTE_MS) });
    expect(await isLive(it, signedIn)).toBe(true);
  });

  test('takes the address in any spelling', async () => {
    const { core } = await opened();
    expect((await core.accounts.logIn(' FAN1@Example.com ', PASSWORD)).ok).toBe(true);
  });

  test.each([
    ['a wrong password', ADDRESS, 'FanPass124'],
    ['an address that nobody has', 'nobody@example.com', PASSWORD],
    ['what is no address', 'nonsense', PASSWORD],
  ])('refuses alike, and after the same work: %s', async (_, address, password) => {
    const hashed: (string | null)[] = [];
    const hasher = memoryPasswordHasher();
    const it = platform({
      passwordHasher: {
        ...hasher,
        verify: (given, hash) => {
          hashed.push(hash);
          return hasher.verify(given, hash);
        },
      },
    });
    await join(it, ADDRESS);
    expect(await it.core.accounts.logIn(address, password)).toEqual(err({ code: 'bad_credentials' }));
    expect(hashed).toHaveLength(1);
  });
});

describe('refreshSession', () => {
  test('gives new tokens of the same session', async () => {
    const it = await opened();
    const first = await logIn(it);
    const second = valueOf(await it.core.accounts.refreshSession(first.refreshToken));
    expect(second.refreshToken).not.toBe(first.refreshToken);
    expect(sessionOf(it, second).sessionId).toBe(sessionOf(it, first).sessionId);
    expect((await it.core.accounts.refreshSession(second.refreshToken)).ok).toBe(true);
  });

  test('a token that is used again ends the session, and says so', async () => {
    const it = await opened();
    const first = await logIn(it);
    const second = valueOf(await it.core.accounts.refreshSession(first.refreshToken));
    expect(await it.core.accounts.refreshSession(first.refreshToken)).toEqual(REFUSED);
    expect(await it.core.accounts.refreshSession(second.refreshToken)).toEqual(REFUSED);
    expect(await isLive(it, second)).toBe(false);
    expect(eventsOf(it, 'accounts.session_compromised')[0]).toMatchObject({
      userId: 1,
      sessionId: sessionOf(it, first).sessionId,
      occurredAt: START,
    });
  });

  test('of two uses at once one is refused, and the session ends', async () => {
    const it = await opened();
    const first = await logIn(it);
    const results = await Promise.all([1, 2].map(() => it.core.accounts.refreshSession(first.refreshToken)));
    expect(results.map(({ ok }) => ok).sort()).toEqual([false, true]);
    expect(await isLive(it, first)).toBe(false);
  });

  test("leaves the user's other sessions alone", async () => {
    const it = await opened();
    const [one, other] = [await logIn(it), await logIn(it)];
    await it.core.accounts.refreshSession(one.refreshToken);
    await it.core.accounts.refreshSession(one.refreshToken);
    expect(await isLive(it, other)).toBe(true);
    expect((await it.core.accounts.refreshSession(other.refreshToken)).ok).toBe(true);
  });

  test('a token is good for 30 days', async () => {
    const it = await opened();
    const [one, other] = [await logIn(it), await logIn(it)];
    it.clock.advance(30 * DAY_MS - 1);
    expect((await it.core.accounts.refreshSession(one.refreshToken)).ok).toBe(true);
    it.clock.advance(1);
    expect(await it.core.accounts.refreshSession(other.refreshToken)).toEqual(REFUSED);
  });

  test('a session ends after 90 days, however often its token is renewed', async () => {
    const it = await opened();
    let current = await logIn(it);
    for (let day = 20; day <= 80; day += 20) {
      it.clock.advance(20 * DAY_MS);
      current = valueOf(await it.core.accounts.refreshSession(current.refreshToken));
    }
    it.clock.advance(10 * DAY_MS);
    expect(await it.core.accounts.refreshSession(current.refreshToken)).toEqual(REFUSED);
  });

  test.each(['', 'nonsense'])('refuses what was never issued: %j', async (token) => {
    expect(await (await opened()).core.accounts.refreshSession(token)).toEqual(REFUSED);
  });
});

describe('logOut', () => {
  test('ends the session of the token, and no other', async () => {
    const it = await opened();
    const [one, other] = [await logIn(it), await logIn(it)];
    await it.core.accounts.logOut(one.refreshToken);
    expect(await isLive(it, one)).toBe(false);
    expect(await it.core.accounts.refreshSession(one.refreshToken)).toEqual(REFUSED);
    expect(await isLive(it, other)).toBe(true);
  });

  test('ends it as well by a token that was used before', async () => {
    const it = await opened();
    const first = await logIn(it);
    const second = valueOf(await it.core.accounts.refreshSession(first.refreshToken));
    await it.core.accounts.logOut(first.refreshToken);
    expect(await it.core.accounts.refreshSession(second.refreshToken)).toEqual(REFUSED);
  });

  test('with an unknown token ends nothing and says nothing', async () => {
    const it = await opened();
    const signedIn = await logIn(it);
    await it.core.accounts.logOut('nonsense');
    expect(await isLive(it, signedIn)).toBe(true);
  });
});

describe('forgetEndedSessions', () => {
  test('forgets those that expired or were ended, and keeps the live ones', async () => {
    const it = await opened();
    const [ended, live] = [await logIn(it), await logIn(it)];
    await it.core.accounts.logOut(ended.refreshToken);
    it.clock.advance(1);
    expect(await it.core.accounts.forgetEndedSessions()).toBe(1);
    expect(await isLive(it, live)).toBe(true);
    it.clock.advance(91 * DAY_MS);
    expect(await it.core.accounts.forgetEndedSessions()).toBe(1);
    expect(await it.ports.accounts.sessionsOf(1 as never)).toEqual([]);
  });
});
