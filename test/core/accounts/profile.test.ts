import { describe, expect, test } from '@jest/globals';
import type { ImageRef, UserId } from '@backline/core/accounts';
import { err, ok } from '@backline/core/kernel';
import { memoryImageStore } from '@backline/memory';
import { png } from '../../support/pictures.ts';
import { type Platform, START, eventsOf, join, platform, valueOf } from '../platform.ts';

const NOBODY = 12_345 as UserId;
const NOT_FOUND = err({ code: 'user_not_found' });

/** With a list of the pictures that were ever kept. */
const withPictures = async (): Promise<Platform & { readonly kept: readonly ImageRef[]; readonly user: UserId }> => {
  const kept: ImageRef[] = [];
  const images = memoryImageStore();
  const it = platform({
    images: {
      ...images,
      put: async (bytes) => {
        const stored = await images.put(bytes);
        if (stored.ok) kept.push(stored.value);
        return stored;
      },
    },
  });
  return { ...it, kept, user: (await join(it, 'fan1@example.com')).id };
};

describe('editProfile', () => {
  test('changes what is named, and leaves the rest', async () => {
    const it = platform();
    const { id } = await join(it, 'fan1@example.com');
    const { editProfile } = it.core.accounts;
    expect(await editProfile(id, { displayName: 'Zoë', bio: '🎸' })).toMatchObject({ value: { displayName: 'Zoë' } });
    expect(await editProfile(id, { bio: null })).toEqual(ok({ displayName: 'Zoë', bio: null, avatar: null }));
    expect((await it.ports.accounts.account(id))?.profile).toEqual({ displayName: 'Zoë', bio: null, avatar: null });
  });

  test('of nobody is refused', async () => {
    expect(await platform().core.accounts.editProfile(NOBODY, { bio: 'x' })).toEqual(NOT_FOUND);
  });
});

describe('replaceAvatar', () => {
  test('shows the picture, and announces the one that it replaces', async () => {
    const it = await withPictures();
    const first = valueOf(await it.core.accounts.replaceAvatar(it.user, png(8, 8)));
    expect(eventsOf(it, 'accounts.avatar_replaced')).toEqual([]);
    const second = valueOf(await it.core.accounts.replaceAvatar(it.user, png(8, 8)));
    expect((await it.ports.accounts.account(it.user))?.profile.avatar).toBe(second);
    expect(eventsOf(it, 'accounts.avatar_replaced')).toEqual([
      { type: 'accounts.avatar_replaced', userId: it.user, previous: first, occurredAt: START },
    ]);
  });

  test('what is no picture changes nothing', async () => {
    const it = await withPictures();
    const first = valueOf(await it.core.accounts.replaceAvatar(it.user, png(8, 8)));
    expect((await it.core.accounts.replaceAvatar(it.user, Buffer.from('<svg/>'))).ok).toBe(false);
    expect((await it.ports.accounts.account(it.user))?.profile.avatar).toBe(first);
  });

  test('of nobody leaves no picture behind', async () => {
    const it = await withPictures();
    expect(await it.core.accounts.replaceAvatar(NOBODY, png(8, 8))).toEqual(NOT_FOUND);
    expect(it.kept).toHaveLength(1);
    expect(await it.ports.images.open(it.kept[0]!)).toBeNull();
  });
});
