import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createStreamLink, getTrack, listTracks, publishTrack, updateTrack } from '@backline/contracts/http';
import { wav } from '../../support/audio-fixtures.ts';
import {
  type HttpApp,
  type Person,
  audioForm,
  expectContract,
  expectProblem,
  openHttpApp,
} from '../../support/http.ts';
import { SVG, png, pngBomb } from '../../support/pictures.ts';

const trackCount = async (app: HttpApp, artist: Person): Promise<number> =>
  (await app.call('GET', `/artists/${artist.userId}`)).body.trackCount;

describe('tracks over HTTP', () => {
  let app: HttpApp;
  let artist: Person;
  let other: Person;
  let fan: Person;

  beforeAll(async () => {
    app = await openHttpApp();
    artist = await app.person('ARTIST', 'Ada');
    other = await app.person('ARTIST');
    fan = await app.person('FAN');
  });
  afterAll(() => app.close());

  const upload = (form: FormData, person = artist) => app.call('POST', '/tracks', { token: person.token, form });

  test('publishes what the form says, picture and all', async () => {
    const form = audioForm(wav({ seconds: 3 }), {
      title: 'Café au lait',
      genre: 'Jazz',
      tags: ['Slow', 'piano'],
      releasedOn: '2024-02-29',
    });
    form.set('artwork', new Blob([new Uint8Array(png(8, 8))]), 'cover.png');
    const answer = await upload(form);
    expectContract(publishTrack, answer);
    expect(answer).toMatchObject({
      status: 201,
      body: {
        title: 'Café au lait',
        genre: 'Jazz',
        tags: ['slow', 'piano'],
        releasedOn: '2024-02-29',
        durationMs: 3_000,
        codec: 'PCM',
        status: 'processing',
        artist: { userId: artist.userId, displayName: 'Ada' },
      },
    });
    expect(answer.body.artworkUrl).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/media\/images\//);
    expect(answer.headers.location).toBe(`/tracks/${answer.body.trackId}`);
  });

  test("the file's own tags fill what the form leaves out", async () => {
    const answer = await upload(audioForm(wav({ seconds: 4, info: { INAM: 'Inside', IGNR: 'Folk' } })));
    expect(answer).toMatchObject({ status: 201, body: { title: 'Inside', genre: 'Folk' } });
  });

  test('a title in neither is refused by name, and nothing is kept', async () => {
    const before = await trackCount(app, artist);
    expect(expectProblem(await upload(audioForm(wav({ seconds: 5 }))), 400, 'invalid-input')).toEqual(['title']);
    expect(await trackCount(app, artist)).toBe(before);
  });

  test('the same audio again is a duplicate of the track, unless another artist sends it', async () => {
    const audio = wav({ seconds: 6 });
    const first = await upload(audioForm(audio, { title: 'One' }));
    const again = await upload(audioForm(audio, { title: 'Two' }));
    expectContract(publishTrack, again);
    expectProblem(again, 409, 'duplicate-track');
    expect(again.body.trackId).toBe(first.body.trackId);
    expect((await upload(audioForm(audio, { title: 'Three' }), other)).status).toBe(201);
  });

  test.each([
    ['a page disguised as a song', Buffer.from('<html><script>alert(1)</script>'), 415, 'unsupported-audio'],
    ['no bytes', new Uint8Array(), 415, 'unsupported-audio'],
    ['a song cut short', wav({ seconds: 7 }).subarray(0, 200), 422, 'unplayable-audio'],
  ])('%s is refused and nothing is kept', async (_, audio, status, type) => {
    const before = await trackCount(app, artist);
    const answer = await upload(audioForm(audio, { title: 'Disguised' }));
    expectContract(publishTrack, answer);
    expectProblem(answer, status, type);
    expect(await trackCount(app, artist)).toBe(before);
  });

  test.each([
    ['SVG', SVG, 415],
    ['a bomb', pngBomb(65_535, 65_535), 413],
  ])('%s as artwork is refused and nothing is kept', async (_, picture, status) => {
    const before = await trackCount(app, artist);
    const form = audioForm(wav({ seconds: 8 }), { title: 'Dressed' });
    form.set('artwork', new Blob([new Uint8Array(picture)]), 'cover.png');
    expectProblem(await upload(form), status, 'unsupported-image');
    expect(await trackCount(app, artist)).toBe(before);
  });

  test.each([
    ['NUL in the title', { title: 'a\u0000b' }, ['title']],
    ['a title of 201', { title: 'x'.repeat(201) }, ['title']],
    ['a blank title', { title: '   ' }, ['title']],
    ['two titles', { title: ['a', 'b'] }, ['title']],
    ['a day that is none', { title: 'a', releasedOn: '2023-02-29' }, ['releasedOn']],
    ['21 tags', { title: 'a', tags: Array.from({ length: 21 }, (_, tag) => `t${tag}`) }, ['tags']],
    ['unknown fields', { title: 'a', artistId: '1', 'tags[]': 'x' }, ['artistId', 'tags[]']],
    ['__proto__', Object.fromEntries([['__proto__', 'x'] as const, ['title', 'a'] as const]), ['__proto__']],
  ])('a form with %s is refused by name', async (_, fields, named) => {
    const before = await trackCount(app, artist);
    const answer = await upload(audioForm(wav({ seconds: 9 }), fields as Record<string, string>));
    expectContract(publishTrack, answer);
    expect([...expectProblem(answer, 400, 'invalid-input')].sort()).toEqual(named);
    expect(await trackCount(app, artist)).toBe(before);
  });

  test('only an artist publishes', async () => {
    expectProblem(await upload(audioForm(wav(), { title: 'a' }), fan), 403, 'artists-only');
    expectProblem(await app.call('POST', '/tracks', { form: audioForm(wav(), { title: 'a' }) }), 401, 'unauthorized');
  });

  test('reads, changes and clears a track', async () => {
    const track = await app.publish(artist, 'Before', { genre: 'Jazz', tags: 'x', releasedOn: '2020-01-01' });
    const path = `/tracks/${track.trackId}`;
    const changed = await app.call('PATCH', path, {
      token: artist.token,
      json: { title: 'After', genre: null, releasedOn: null, tags: ['New', 'new'] },
    });
    expectContract(updateTrack, changed);
    expect(changed.body).toMatchObject({ title: 'After', genre: null, releasedOn: null, tags: ['new'] });
    const left = await app.call('PATCH', path, { token: artist.token, json: {} });
    expect(left.body).toEqual(changed.body);
    const read = await app.call('GET', path);
    expectContract(getTrack, read);
    expect(read.body).toEqual(changed.body);
  });

  test("another artist's track is as if there were none", async () => {
    const { trackId } = await app.publish(artist, 'Mine');
    const path = `/tracks/${trackId}`;
    expectProblem(await app.call('PATCH', path, { token: other.token, json: { title: 'Stolen' } }), 404, 'not-found');
    expectProblem(await app.call('DELETE', path, { token: other.token }), 404, 'not-found');
    expectProblem(await app.call('DELETE', path, { token: fan.token }), 403, 'artists-only');
    expect((await app.call('GET', path)).body.title).toBe('Mine');
  });

  test('a removed track is gone', async () => {
    const { trackId } = await app.publish(artist, 'Going');
    const path = `/tracks/${trackId}`;
    expect((await app.call('DELETE', path, { token: artist.token })).status).toBe(204);
    expectProblem(await app.call('GET', path), 404, 'not-found');
    expectProblem(await app.call('DELETE', path, { token: artist.token }), 404, 'not-found');
    expectProblem(await app.call('GET', `${path}/similar`, { token: fan.token }), 404, 'not-found');
  });

  test.each(['0', '-1', '1.5', '9007199254740992', 'x', '%00'])('GET /tracks/%s names trackId', async (trackId) => {
    expect(expectProblem(await app.call('GET', `/tracks/${trackId}`), 400, 'invalid-input')).toEqual(['trackId']);
  });

  test('lists page by page, each track once, in every order', async () => {
    const many = await app.person('ARTIST');
    const titles = ['Ä', 'b', 'C', '"quoted"', '\u{1f3b5}'.repeat(200)];
    for (const title of titles) await app.publish(many, title);
    for (const sort of ['new', 'popular', 'title']) {
      const seen: string[] = [];
      let cursor: string | null = null;
      do {
        const next: string = cursor === null ? '' : `&cursor=${cursor}`;
        const page = await app.call('GET', `/tracks?artistId=${many.userId}&sort=${sort}&limit=1${next}`);
        expectContract(listTracks, page);
        seen.push(...page.body.items.map(({ title }: { title: string }) => title));
        cursor = page.body.nextCursor;
      } while (cursor !== null);
      expect(seen.toSorted()).toEqual(titles.toSorted());
    }
  });

  test('a cursor is taken exactly as it was given', async () => {
    await app.publish(artist, 'Next to last');
    await app.publish(artist, 'Last');
    const { nextCursor } = (await app.call('GET', '/tracks?limit=1')).body;
    expect((await app.call('GET', `/tracks?limit=1&cursor=${nextCursor}`)).status).toBe(200);
    for (const altered of [`${nextCursor}=`, `${nextCursor}!`, ` ${nextCursor}`]) {
      const answer = await app.call('GET', `/tracks?limit=1&cursor=${encodeURIComponent(altered)}`);
      expect(expectProblem(answer, 400, 'invalid-input')).toEqual(['cursor']);
    }
  });

  test.each([
    ['no cursor of ours', 'cursor=abc', ['cursor']],
    ['the cursor of another list', `cursor=${Buffer.from('["plays",1,2]').toString('base64url')}`, ['cursor']],
    ['an altered spelling', 'cursor=YQ%3D%3D', ['cursor']],
    ['limit 0', 'limit=0', ['limit']],
    ['limit 101', 'limit=101', ['limit']],
    ['two limits', 'limit=1&limit=2', ['limit']],
    ['another order', 'sort=money', ['sort']],
    ['NUL', 'query=%00', ['query']],
    ['an unknown name', 'where=1', ['where']],
    ['__proto__', '__proto__=1', ['__proto__']],
  ])('a list asked with %s is refused by name', async (_, query, named) => {
    const answer = await app.call('GET', `/tracks?${query}`);
    expectContract(listTracks, answer);
    expect(expectProblem(answer, 400, 'invalid-input')).toEqual(named);
  });

  test('a signed link is for who may hear the track', async () => {
    const { trackId } = await app.publish(artist, 'Linked');
    const path = `/tracks/${trackId}/stream-url`;
    const refused = await app.call('POST', path, { token: fan.token });
    expectContract(createStreamLink, refused);
    expectProblem(refused, 402, 'subscription-required');
    expect(refused.body.checkout).toBe('/payments/checkout');

    const own = await app.call('POST', path, { token: artist.token });
    expectContract(createStreamLink, own);
    const link = new URL(own.body.url);
    expect(link.origin).toBe(app.url);
    expect((await app.call('GET', `${link.pathname}${link.search}`)).status).toBe(200);

    const subscriber = await app.person('FAN');
    await app.subscribe(subscriber);
    expect((await app.call('POST', path, { token: subscriber.token })).status).toBe(200);
    expectProblem(await app.call('POST', '/tracks/999999/stream-url', { token: fan.token }), 404, 'not-found');
  });
});
