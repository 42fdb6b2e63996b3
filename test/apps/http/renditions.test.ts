import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  getHlsPlaylist,
  getHlsStream,
  getPreview,
  getSegments,
  getTrack,
  getWaveform,
  streamTrack,
} from '@backline/contracts/http';
import type { TrackId } from '@backline/core/catalog';
import { HOUR_MS, MINUTE_MS, instant } from '@backline/core/kernel';
import { steppingClock } from '@backline/memory';
import { labellingRenderer } from '../../support/labelling-renderer.ts';
import { type HttpApp, type Person, expectContract, expectProblem, openHttpApp } from '../../support/http.ts';

const FIREFOX = 'audio/webm,audio/ogg,audio/wav,audio/*;q=0.9,application/ogg;q=0.7,video/*;q=0.6,*/*;q=0.5';

const linksOf = (playlist: string): readonly string[] =>
  playlist.split('\n').filter((line) => line !== '' && !line.startsWith('#'));

describe('what is made of a track, over HTTP', () => {
  let app: HttpApp;
  let artist: Person;
  let trackId: TrackId;
  const clock = steppingClock(instant(Date.parse('2026-11-20T12:00:00Z')));

  beforeAll(async () => {
    app = await openHttpApp({ ports: { clock, audioRenderer: labellingRenderer() } });
    artist = await app.person('ARTIST');
    ({ trackId } = await app.publish(artist, 'Dawn'));
    await app.core.catalog.processTrack(trackId);
  });
  afterAll(() => app.close());

  const at = (link: string, base: string): string => new URL(link, `http://app/tracks/${trackId}/${base}`).toString();
  const follow = (url: string, headers: Readonly<Record<string, string>> = {}) =>
    app.call('GET', url.replace('http://app', ''), { headers });
  const get = (path: string, headers: Readonly<Record<string, string>> = {}, token: string | null = artist.token) =>
    app.call('GET', `/tracks/${trackId}/${path}`, { headers, ...(token === null ? {} : { token }) });

  test.each<[string, string | undefined, string]>([
    ['', undefined, 'audio/wav'],
    ['', '', 'audio/wav'],
    ['', '*/*', 'audio/wav'],
    ['', 'audio/*', 'audio/wav'],
    ['', FIREFOX, 'audio/wav'],
    ['', 'audio/x-wav;q=0.5, audio/ogg;q=0.4', 'audio/wav'],
    ['', 'audio/ogg', 'audio/ogg'],
    ['', 'AUDIO/OGG', 'audio/ogg'],
    ['', 'audio/ogg; codecs=opus', 'audio/ogg'],
    ['', 'audio/opus, */*;q=0.1', 'audio/ogg'],
    ['', 'audio/aac', 'audio/mp4'],
    ['', 'audio/mp4 ; q=0.5 , audio/ogg;q=0.4', 'audio/mp4'],
    ['', 'audio/*;q=0.2, audio/wav;q=0, audio/ogg;q=0', 'audio/mp4'],
    ['', 'audio/mp4;q=2', 'audio/wav'],
    ['', 'nonsense', 'audio/wav'],
    ['', 'nonsense, audio/mp4', 'audio/mp4'],
    ['', 'text/html', 'audio/wav'],
    ['?quality=original', 'audio/ogg', 'audio/wav'],
    ['?quality=low', '*/*', 'audio/ogg'],
    ['?quality=low', FIREFOX, 'audio/ogg'],
    ['?quality=high', 'audio/mp4', 'audio/mp4'],
    ['?quality=high', 'audio/ogg;q=0, */*', 'audio/mp4'],
  ])('stream%s for who takes %j is %s', async (query, accept, type) => {
    const answer = await get(`stream${query}`, accept === undefined ? {} : { Accept: accept });
    expect(answer).toMatchObject({ status: 200, headers: { 'content-type': type } });
    expect(answer.headers.vary).toMatch(/\bAccept\b/);
    expectContract(streamTrack, answer);
  });

  test('low and high are two files, each with ranges of its own', async () => {
    const range = { Range: 'bytes=0-9' };
    const [low, high] = [await get('stream?quality=low', range), await get('stream?quality=high', range)];
    expect([low.status, high.status]).toEqual([206, 206]);
    expect(low.headers.etag).toBeDefined();
    expect(high.headers['content-range']).toMatch(/^bytes 0-9\/\d+$/);
    expectProblem(await get('stream?quality=best'), 400, 'invalid-input');
  });

  test('the preview is for anyone, AAC unless Opus is asked for', async () => {
    const preview = await get('preview', {}, null);
    expect(preview).toMatchObject({ status: 200, headers: { 'content-type': 'audio/mp4' } });
    expect(preview.headers['cache-control']).toMatch(/^public/);
    expectContract(getPreview, preview);
    const opus = await get('preview', { Accept: 'audio/ogg' }, null);
    expect(opus).toMatchObject({ status: 200, headers: { 'content-type': 'audio/ogg' } });
    const head = await app.call('HEAD', `/tracks/${trackId}/preview`);
    expect(head.headers['content-length']).toBe(preview.headers['content-length']);
  });

  test('the waveform is 800 points, or a picture where that is preferred', async () => {
    const json = await get('waveform', {}, null);
    expect(json.body.peaks).toHaveLength(800);
    expectContract(getWaveform, json);
    const png = await fetch(`${app.url}/tracks/${trackId}/waveform`, { headers: { Accept: 'image/png' } });
    expect(png.headers.get('content-type')).toBe('image/png');
    const bytes = Buffer.from(await png.arrayBuffer());
    expect(bytes.subarray(1, 4).toString()).toBe('PNG');
    expect([bytes.readUInt32BE(16), bytes.readUInt32BE(20)]).toEqual([800, 160]);
    expect(png.headers.get('etag')).not.toBe(json.headers.etag);
    const again = await get('waveform', { 'If-None-Match': json.headers.etag ?? '' }, null);
    expect(again).toMatchObject({ status: 304, text: '' });
    expect((await get('waveform', { Accept: 'image/png;q=0.5, application/json' }, null)).body.peaks).toHaveLength(800);
  });

  describe('as HLS', () => {
    test('a player reaches every piece by the links alone', async () => {
      const top = await get('stream.m3u8');
      expect(top).toMatchObject({ status: 200, headers: { 'cache-control': 'no-store' } });
      expect(top.headers['content-type']).toBe('application/vnd.apple.mpegurl');
      expectContract(getHlsStream, top);
      expect(top.text).toMatch(
        /CODECS="opus"\n.*opus-160.*\n.*CODECS="mp4a.40.2"\n.*aac-128.*\n.*CODECS="opus"\n.*opus-96/,
      );
      for (const link of linksOf(top.text)) {
        const url = at(link, 'stream.m3u8');
        const list = await follow(url);
        expectContract(getHlsPlaylist, list);
        expect(list.text).toMatch(/#EXT-X-ENDLIST\n$/);
        const durations = [...list.text.matchAll(/#EXTINF:([\d.]+),/g)].map(([, seconds]) => Number(seconds));
        expect(Math.abs(durations.reduce((sum, each) => sum + each, 0) - 40.5)).toBeLessThan(1);
        const [piece = ''] = linksOf(list.text);
        const [, size, start] = /#EXT-X-BYTERANGE:(\d+)@(\d+)/.exec(list.text) ?? [];
        const part = await follow(new URL(piece, url).toString(), {
          Range: `bytes=${start}-${Number(start) + Number(size) - 1}`,
        });
        expectContract(getSegments, part);
        expect(part).toMatchObject({ status: 206, headers: { 'content-length': size } });
      }
    });

    test.each([
      ['low', ['opus-96', 'aac-128']],
      ['high', ['opus-160', 'aac-128']],
    ])('quality %s offers %j', async (quality, forms) => {
      const { text } = await get(`stream.m3u8?quality=${quality}`);
      expect(linksOf(text).map((link) => /playlists\/([\w-]+)\.m3u8/.exec(link)?.[1])).toEqual(forms);
    });

    test('is for subscribers and its artist; a link dies with the session, an hour after the end, and is of one track', async () => {
      const fan = await app.person('FAN');
      for (const path of ['stream.m3u8', 'playlists/aac-128.m3u8', 'segments/aac-128.mp4']) {
        expectProblem(await get(path, {}, fan.token), 402, 'subscription-required');
        expectProblem(await get(path, {}, null), 401, 'unauthorized');
        expectProblem(await get(`${path}?token=${'A'.repeat(90)}`, {}, null), 401, 'bad-stream-link');
      }
      const other = await app.publish(artist, 'Dusk');
      await app.core.catalog.processTrack(other.trackId);
      const [link = ''] = linksOf((await get('stream.m3u8')).text);
      const url = at(link, 'stream.m3u8');
      expectProblem(await follow(url.replace(`/${trackId}/`, `/${other.trackId}/`)), 401, 'bad-stream-link');
      clock.advance(30 * MINUTE_MS);
      expect((await follow(url)).status).toBe(200);
      clock.advance(HOUR_MS);
      expectProblem(await follow(url), 401, 'bad-stream-link');
      artist = await app.signIn(artist);
      const [fresh = ''] = linksOf((await get('stream.m3u8')).text);
      await app.call('POST', '/auth/logout', { json: { refreshToken: artist.refreshToken } });
      expectProblem(await follow(at(fresh, 'stream.m3u8')), 401, 'bad-stream-link');
      artist = await app.signIn(artist);
    });

    test('has no other files', async () => {
      for (const path of ['playlists/original.m3u8', 'segments/opus-160.m3u8', 'segments/..%2f1.mp4'])
        expect([400, 404]).toContain((await get(path)).status);
    });
  });

  test('what is not made yet is 404, and says when to ask again; the stream is the original', async () => {
    const { trackId: fresh } = await app.publish(artist, 'Noon');
    for (const path of ['preview', 'waveform', 'stream.m3u8', 'playlists/aac-128.m3u8', 'segments/aac-128.mp4']) {
      const answer = await app.call('GET', `/tracks/${fresh}/${path}`, { token: artist.token });
      expectProblem(answer, 404, 'not-made-yet');
      expect(answer.headers['retry-after']).toBe('5');
      expectProblem(await app.call('GET', `/tracks/999/${path}`, { token: artist.token }), 404, 'not-found');
    }
    const low = await app.call('GET', `/tracks/${fresh}/stream?quality=low`, { token: artist.token });
    expect(low).toMatchObject({ status: 200, headers: { 'content-type': 'audio/wav' } });
  });

  test('the track tells what was measured', async () => {
    const answer = await app.call('GET', `/tracks/${trackId}`);
    expectContract(getTrack, answer);
    expect(answer.body).toMatchObject({ status: 'ready', progress: { step: null, done: 1 }, failure: null });
    expect(answer.body.loudnessLufs).toBeLessThan(0);
    expect(answer.body.truePeakDbtp).toBeLessThanOrEqual(0);
  });

  test('no path leads to a file by its key', async () => {
    const keys = (await app.ports.catalog.renditions(trackId)).map(({ key }) => key);
    const master = (await app.ports.catalog.playable(trackId))!.audio;
    for (const key of [...keys, master])
      for (const path of [
        `/${key}`,
        `/media/${key}`,
        `/media/images/${key}`,
        `/masters/${key}`,
        `/audio/masters/${key}`,
      ])
        expect((await app.call('GET', path, { token: artist.token })).status).toBe(404);
  });
});
