import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { headTrackStream, streamTrack } from '@backline/contracts/http';
import { steppingClock } from '@backline/memory';
import { instant } from '@backline/core/kernel';
import { wav } from '../../support/audio-fixtures.ts';
import {
  type HttpApp,
  type Person,
  audioForm,
  expectContract,
  expectProblem,
  openHttpApp,
} from '../../support/http.ts';

const UPLOADED = 'Fri, 20 Nov 2026 12:00:00 GMT';
const EARLIER = 'Fri, 20 Nov 2026 11:59:59 GMT';
const LATER = 'Fri, 20 Nov 2026 12:00:01 GMT';

describe('audio over HTTP', () => {
  let app: HttpApp;
  let artist: Person;
  let path: string;
  const clock = steppingClock(instant(Date.parse(UPLOADED)));
  const audio = wav({ seconds: 40 });
  const etag = `"${createHash('sha256').update(audio).digest('hex')}"`;

  beforeAll(async () => {
    app = await openHttpApp({ ports: { clock } });
    artist = await app.person('ARTIST');
    const form = audioForm(audio, { title: '"; filename="evil.html' });
    const published = await app.call('POST', '/tracks', { token: artist.token, form });
    path = `/tracks/${published.body.trackId}/stream`;
  });
  afterAll(() => app.close());

  const ask = (headers: Readonly<Record<string, string>>, method = 'GET') =>
    app.call(method, path, { token: artist.token, headers });

  test('is described so that no browser takes it for a page', async () => {
    const answer = await ask({});
    expect(answer).toMatchObject({
      status: 200,
      headers: {
        'accept-ranges': 'bytes',
        'cache-control': expect.stringMatching(/private.*no-transform/),
        'content-disposition': expect.stringMatching(/^inline; filename="track-\d+"$/),
        'content-length': String(audio.length),
        'content-security-policy': expect.stringContaining('sandbox'),
        'content-type': 'audio/wav',
        etag,
        'last-modified': UPLOADED,
        'x-content-type-options': 'nosniff',
      },
    });
    expectContract(streamTrack, answer);
  });

  test('HEAD says what GET says, and sends nothing', async () => {
    const [head, get] = await Promise.all([ask({}, 'HEAD'), ask({})]);
    expectContract(headTrackStream, head);
    const differing = ['x-request-id', 'date', 'ratelimit', 'ratelimit-remaining'];
    const rest = ({ headers }: typeof head) => Object.entries(headers).filter(([name]) => !differing.includes(name));
    expect(rest(head)).toEqual(rest(get));
    expect(head.text).toBe('');
    expect((await ask({ Range: 'bytes=0-9' }, 'HEAD')).headers['content-length']).toBe(String(audio.length));
  });

  test.each([
    ['the entity tag', { 'If-None-Match': etag }, 304],
    ['it among others', { 'If-None-Match': `"x", ${etag}` }, 304],
    ['its weak form', { 'If-None-Match': `W/${etag}` }, 304],
    ['any', { 'If-None-Match': '*' }, 304],
    ['another', { 'If-None-Match': '"x"' }, 200],
    ['another, although the date is right', { 'If-None-Match': '"x"', 'If-Modified-Since': UPLOADED }, 200],
    ['its date', { 'If-Modified-Since': UPLOADED }, 304],
    ['a later date', { 'If-Modified-Since': LATER }, 304],
    ['an earlier date', { 'If-Modified-Since': EARLIER }, 200],
    ['no date', { 'If-Modified-Since': 'yesterday' }, 200],
    ['the entity tag and a range', { 'If-None-Match': etag, Range: 'bytes=0-9' }, 304],
    ['the entity tag and a range outside', { 'If-None-Match': etag, Range: 'bytes=9999999-' }, 304],
  ])('who has %s is answered rightly, by HEAD too', async (_, headers, status) => {
    const [get, head] = await Promise.all([ask(headers), ask(headers, 'HEAD')]);
    expect([get.status, head.status]).toEqual([status, status]);
    expect(get.headers.etag).toBe(etag);
    if (status === 304) {
      expect(get.text).toBe('');
      expect(get.headers['content-type']).toBeUndefined();
    }
  });

  test.each([
    ['the entity tag', etag, 206],
    ['its weak form', `W/${etag}`, 200],
    ['another', '"x"', 200],
    ['its date', UPLOADED, 206],
    ['a later date', LATER, 200],
    ['an earlier date', EARLIER, 200],
  ])('If-Range with %s', async (_, known, status) => {
    const answer = await ask({ Range: 'bytes=10-19', 'If-Range': known });
    expect(answer.status).toBe(status);
    expect(answer.headers['content-length']).toBe(String(status === 206 ? 10 : audio.length));
  });

  test('many ranges are the whole once, a range outside is 416 with the size', async () => {
    const many = await ask({ Range: `bytes=${Array.from({ length: 1_000 }, () => '0-').join(',')}` });
    expect({ status: many.status, length: many.headers['content-length'] }).toEqual({
      status: 200,
      length: String(audio.length),
    });
    const outside = await ask({ Range: `bytes=${audio.length}-` });
    expectProblem(outside, 416, 'range-not-satisfiable');
    expect(outside.headers['content-range']).toBe(`bytes */${audio.length}`);
  });

  test('is for subscribers and its artist, and never cached for others', async () => {
    const fan = await app.person('FAN');
    const refused = await app.call('GET', path, { token: fan.token });
    expectProblem(refused, 402, 'subscription-required');
    expect(refused.body.checkout).toBe('/payments/checkout');
    expect(refused.headers['cache-control']).toBe('no-store');
    expect(refused.headers['etag']).toBeUndefined();
    expect((await app.call('HEAD', path, { token: fan.token })).status).toBe(402);
    expectProblem(await app.call('GET', path), 401, 'unauthorized');
    expectProblem(await app.call('GET', '/tracks/999999/stream', { token: fan.token }), 404, 'not-found');

    await app.subscribe(fan);
    expect((await app.call('GET', path, { token: fan.token })).status).toBe(200);
  });

  test('a signed link is enough for its track, and for no other', async () => {
    const { url } = (await app.call('POST', `${path}-url`, { token: artist.token })).body;
    const { pathname, search } = new URL(url);
    expect(pathname).toBe(path);
    expect((await app.call('GET', `${pathname}${search}`, { headers: { Range: 'bytes=0-0' } })).status).toBe(206);
    expect((await app.call('HEAD', `${pathname}${search}`)).status).toBe(200);

    const other = await app.publish(artist, 'Other');
    expectProblem(await app.call('GET', `/tracks/${other.trackId}/stream${search}`), 401, 'bad-stream-link');
    expectProblem(await app.call('GET', `${path}?token=forged`), 401, 'bad-stream-link');
    expectProblem(await app.call('GET', `${path}?token=`), 400, 'invalid-input');
    expectProblem(await app.call('GET', `${path}${search}&token=x`), 401, 'unauthorized');
  });
});
