import { describe, expect, test } from '@jest/globals';
import { err } from '@backline/core/kernel';
import { memoryCommonPasswords } from '@backline/memory';
import { PASSWORD, START, join, platform, valueOf } from '../platform.ts';

const FORM = { email: 'fan1@example.com', password: PASSWORD, role: 'FAN', displayName: null } as const;

describe('register', () => {
  test('makes a user, whose address is trimmed and in lower case', async () => {
    const { core, ports } = platform();
    const user = valueOf(
      await core.accounts.register({ ...FORM, email: ' Fan1@Example.COM ', role: 'ARTIST', displayName: 'Zoë' }),
    );
    expect(user).toMatchObject({ email: 'fan1@example.com', role: 'ARTIST', createdAt: START, erasedAt: null });
    expect(await ports.accounts.account(user.id)).toEqual({
      userId: user.id,
      email: 'fan1@example.com',
      role: 'ARTIST',
      profile: { displayName: 'Zoë', bio: null, avatar: null },
      createdAt: START,
    });
  });

  test('keeps no password as it is typed', async () => {
    const { core } = platform();
    const user = valueOf(await core.accounts.register(FORM));
    expect(user.passwordHash).not.toBe(PASSWORD);
  });

  test.each(['fan1@example.com', 'FAN1@EXAMPLE.COM', ' Fan1@example.com '])(
    'refuses an address again: %j',
    async (email) => {
      const it = platform();
      await join(it, 'fan1@example.com');
      expect(await it.core.accounts.register({ ...FORM, email })).toEqual(err({ code: 'email_taken' }));
    },
  );

  test('of registrations at once with one address, one is ok', async () => {
    const { core } = platform();
    const spellings = ['fan1@example.com', 'FAN1@example.com', 'fan1@EXAMPLE.com', 'Fan1@Example.com'];
    const results = await Promise.all(spellings.map((email) => core.accounts.register({ ...FORM, email })));
    expect(results.filter(({ ok }) => ok)).toHaveLength(1);
    expect(results.filter((each) => !each.ok && each.error.code === 'email_taken')).toHaveLength(3);
  });

  test.each([
    '',
    'fan1',
    'fan1@',
    '@example.com',
    'fan1@example',
    'fan 1@example.com',
    'fan1@exam ple.com',
    'fan1@example..com',
    'fan1@-example.com',
    'fan1@example.com>',
    'fan1,fan2@example.com',
    'fan1@example.com\u0000',
    `${'x'.repeat(65)}@example.com`,
    `fan1@${'x'.repeat(250)}.com`,
  ])('refuses what is no address: %j', async (email) => {
    expect(await platform().core.accounts.register({ ...FORM, email })).toEqual(err({ code: 'invalid_email' }));
  });

  test.each([
    ['', 'too-short'],
    ['Short1x', 'too-short'],
    ['🎸🎸🎸🎸🎸a1', 'too-short'],
    [`a1${'x'.repeat(127)}`, 'too-long'],
    [`a1${'🎸'.repeat(126)}x`, 'too-long'],
    [`a1${'🎸'.repeat(126)}`, null],
    ['12345678', 'no-letter'],
    ['abcdefgh', 'no-digit'],
    ['Password1', 'common'],
    ['Пароль123', null],
    ['ok now 8', null],
  ])('the password %j is refused because: %s', async (password, reason) => {
    const { core } = platform({ commonPasswords: memoryCommonPasswords(['password1']) });
    const result = await core.accounts.register({ ...FORM, password });
    expect(result.ok ? null : result.error).toEqual(reason === null ? null : { code: 'weak_password', reason });
  });

  test('says so when too many are waiting, and nobody is registered', async () => {
    const busy = err({ code: 'busy' as const, retryAfterMs: 500 });
    const { core, ports } = platform({ passwordHasher: { hash: async () => busy, verify: async () => busy } });
    expect(await core.accounts.register(FORM)).toEqual(busy);
    expect(await ports.accounts.account(1 as never)).toBeNull();
  });
});
