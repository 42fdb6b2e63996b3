import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { getArtist, getProfile, updateProfile, uploadAvatar } from '@backline/contracts/http';
import { err } from '@backline/core/kernel';
import { memoryImageStore } from '@backline/memory';
import { type HttpApp, type Person, expectContract, expectProblem, openHttpApp } from '../../support/http.ts';
import { SVG, png, pngBomb } from '../../support/pictures.ts';

describe('profiles over HTTP', () => {
  let app: HttpApp;
  let fan: Person;

  beforeAll(async () => {
    app = await openHttpApp();
    fan = await app.person('FAN', 'Fay');
  });
  afterAll(() => app.close());

  const avatar = (bytes: Uint8Array, name = 'avatar.png') => {
    const form = new FormData();
    form.set('file', new Blob([new Uint8Array(bytes)], { type: 'image/png' }), name);
    return app.call('POST', '/profile/avatar', { token: fan.token, form });
  };

  test('null clears a field, one that is left out stays', async () => {
    const edit = (json: unknown) => app.call('PATCH', '/profile', { token: fan.token, json });
    const edited = await edit({ bio: 'Hi\nthere' });
    expectContract(updateProfile, edited);
    expect(edited.body).toEqual({
      userId: fan.userId,
      displayName: 'Fay',
      bio: 'Hi\nthere',
      avatarUrl: null,
      avatarUrls: null,
    });
    expect((await edit({ displayName: null })).body).toMatchObject({ displayName: null, bio: 'Hi\nthere' });
    const read = await app.call('GET', '/profile', { token: fan.token });
    expectContract(getProfile, read);
    expect(read.body).toMatchObject({ displayName: null, bio: 'Hi\nthere' });
  });

  test.each([
    ['a bio of 2,001', { bio: 'x'.repeat(2_001) }, ['bio']],
    ['NUL', { bio: 'a\u0000' }, ['bio']],
    ['a lone surrogate', { displayName: 'a\udc00' }, ['displayName']],
    ['a blank name', { displayName: ' ' }, ['displayName']],
    ['a number', { displayName: 2 ** 53 }, ['displayName']],
    ['an avatar by address', { avatarUrl: 'http://169.254.169.254/' }, ['avatarUrl']],
    ["another's id", { userId: 1, role: 'ARTIST' }, ['userId', 'role']],
  ])('%s is refused by name and changes nothing', async (_, json, named) => {
    const before = await app.call('GET', '/profile', { token: fan.token });
    const answer = await app.call('PATCH', '/profile', { token: fan.token, json });
    expectContract(updateProfile, answer);
    expect(expectProblem(answer, 400, 'invalid-input')).toEqual(named);
    expect((await app.call('GET', '/profile', { token: fan.token })).body).toEqual(before.body);
  });

  test.each([
    ['SVG, whatever its name says', SVG, 415, 'unsupported-image'],
    ['a page', Buffer.from('<html></html>'), 415, 'unsupported-image'],
    ['nothing', new Uint8Array(), 415, 'unsupported-image'],
    ['a bomb', pngBomb(65_535, 65_535), 413, 'unsupported-image'],
    ['a picture cut short', png(40, 40).subarray(0, 60), 415, 'unsupported-image'],
    ['more than 5 MiB', new Uint8Array(5 * 1024 * 1024 + 1), 413, 'too-large'],
  ])('%s is no avatar', async (_, bytes, status, type) => {
    const answer = await avatar(bytes);
    expectContract(uploadAvatar, answer);
    expectProblem(answer, status, type);
    expect((await app.call('GET', '/profile', { token: fan.token })).body.avatarUrl).toBeNull();
  });

  test('while the media service is away the picture is taken, shown from here, and 202 says so', async () => {
    const kept = memoryImageStore();
    const images = { ...kept, isSettled: () => false, settle: async () => err({ code: 'images_away' as const }) };
    const waiting = await openHttpApp({ ports: { images } });
    const form = new FormData();
    form.set('file', new Blob([new Uint8Array(png(12, 12))]), 'avatar.png');
    const { token } = await waiting.person('FAN');
    const answer = await waiting.call('POST', '/profile/avatar', { token, form });
    expectContract(uploadAvatar, answer);
    expect(answer.status).toBe(202);
    const square = new URL(answer.body.avatarUrls.square64);
    expect((await waiting.call('GET', square.pathname + square.search)).status).toBe(200);
    expect(waiting.ports.published()).toContainEqual(expect.objectContaining({ type: 'accounts.avatar_pending' }));
    await waiting.close();
  });

  test('a picture becomes the avatar, and can be fetched', async () => {
    const answer = await avatar(png(12, 12), '../../etc/passwd\u0000.svg');
    expectContract(uploadAvatar, answer);
    expect(answer.status).toBe(200);
    expect((await app.call('GET', '/profile', { token: fan.token })).body).toMatchObject(answer.body);
    const fetched = await app.call('GET', new URL(answer.body.avatarUrl).pathname);
    expect(fetched).toMatchObject({ status: 200, headers: { 'content-type': 'image/png' } });
  });

  test('anyone may know of an artist, nobody of a fan', async () => {
    const artist = await app.person('ARTIST', 'Ada');
    await app.publish(artist, 'One');
    const answer = await app.call('GET', `/artists/${artist.userId}`);
    expectContract(getArtist, answer);
    expect(answer.body).toEqual({
      userId: artist.userId,
      displayName: 'Ada',
      bio: null,
      avatarUrl: null,
      avatarUrls: null,
      trackCount: 1,
    });
    expectProblem(await app.call('GET', `/artists/${fan.userId}`), 404, 'not-found');
    expectProblem(await app.call('GET', '/artists/9007199254740991'), 404, 'not-found');
    expect(expectProblem(await app.call('GET', '/artists/9007199254740992'), 400, 'invalid-input')).toEqual(['userId']);
  });
});
