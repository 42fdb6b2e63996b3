import { describe, expect, test } from '@jest/globals';
import { err, ok } from '@backline/core/kernel';
import { png } from '../../support/pictures.ts';
import { PASSWORD, START, eventsOf, join, platform, valueOf } from '../platform.ts';

const ADDRESS = 'fan1@example.com';

const opened = async () => {
  const it = platform();
  const { id } = await join(it, ADDRESS);
  const avatar = valueOf(await it.core.accounts.replaceAvatar(id, png(8, 8)));
  await it.core.accounts.editProfile(id, { displayName: 'Zoë' });
  return { ...it, id, avatar, signedIn: valueOf(await it.core.accounts.logIn(ADDRESS, PASSWORD)) };
};

describe('eraseAccount', () => {
  test('ends sign-in and erases what names the person', async () => {
    const { core, ports, id, signedIn } = await opened();
    expect(await core.accounts.eraseAccount(id, PASSWORD)).toEqual(ok(null));
    expect(await ports.accounts.account(id)).toBeNull();
    expect(await core.accounts.logIn(ADDRESS, PASSWORD)).toEqual(err({ code: 'bad_credentials' }));
    expect(await core.accounts.refreshSession(signedIn.refreshToken)).toEqual(err({ code: 'bad_refresh_token' }));
    const { sessionId } = ports.accessTokens.verify(signedIn.accessToken, START)!;
    expect(await ports.accounts.sessionIsLive(sessionId, START)).toBe(false);
    const kept = await ports.uow.run(async ({ users }) => ok(await users.find(id)));
    expect(kept.value).toMatchObject({
      email: null,
      passwordHash: null,
      profile: { displayName: null, bio: null, avatar: null },
    });
  });

  test('announces it once, with the picture that must follow', async () => {
    const it = await opened();
    await it.core.accounts.eraseAccount(it.id, PASSWORD);
    expect(await it.core.accounts.eraseAccount(it.id, PASSWORD)).toEqual(err({ code: 'user_not_found' }));
    expect(eventsOf(it, 'accounts.user_erased')).toEqual([
      { type: 'accounts.user_erased', userId: it.id, avatar: it.avatar, occurredAt: START },
    ]);
  });

  test('two at once erase once', async () => {
    const it = await opened();
    const results = await Promise.all([1, 2].map(() => it.core.accounts.eraseAccount(it.id, PASSWORD)));
    expect(results.filter((result) => result.ok)).toHaveLength(1);
    expect(eventsOf(it, 'accounts.user_erased')).toHaveLength(1);
  });

  test('with a wrong password changes nothing', async () => {
    const it = await opened();
    expect(await it.core.accounts.eraseAccount(it.id, 'FanPass124')).toEqual(err({ code: 'bad_credentials' }));
    expect(await it.ports.accounts.account(it.id)).not.toBeNull();
    expect((await it.core.accounts.refreshSession(it.signedIn.refreshToken)).ok).toBe(true);
    expect(eventsOf(it, 'accounts.user_erased')).toEqual([]);
  });

  test('leaves the address to who wants it next, under another id', async () => {
    const it = await opened();
    await it.core.accounts.eraseAccount(it.id, PASSWORD);
    expect((await join(it, ADDRESS)).id).not.toBe(it.id);
  });
});
