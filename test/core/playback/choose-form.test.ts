import { describe, expect, test } from '@jest/globals';
import { createCore } from '@backline/core';
import type { TrackId } from '@backline/core/catalog';
import type { Quality } from '@backline/core/playback';
import { wav } from '../../examples/wav.ts';
import { labellingRenderer } from '../../support/labelling-renderer.ts';
import { type Platform, join, platform, valueOf } from '../platform.ts';

const published = async (): Promise<{ readonly it: Platform; readonly trackId: TrackId; readonly artist: number }> => {
  const it = platform({ audioRenderer: labellingRenderer() });
  const artist = (await join(it, 'artist1@example.com', 'ARTIST')).id;
  const staged = valueOf(await it.core.catalog.stageAudio(wav(2)));
  const trackId = valueOf(await it.core.catalog.publishTrack(artist, staged, { title: 'Dawn' }));
  return { it, trackId, artist };
};

const taking =
  (types: Readonly<Record<string, number>>) =>
  (type: string): number =>
    types[type] ?? types['*'] ?? 0;

describe('openStream', () => {
  test.each<[Quality | null, Readonly<Record<string, number>>, string | 'original']>([
    [null, { '*': 1 }, 'original'],
    ['original', { 'audio/ogg': 1 }, 'original'],
    ['low', { '*': 1 }, 'opus-96'],
    ['high', { '*': 1 }, 'opus-160'],
    ['low', { 'audio/mp4': 1 }, 'aac-128'],
    ['high', { 'audio/mp4': 1, 'audio/ogg': 0.5 }, 'aac-128'],
    ['high', { 'audio/mp4': 0.5, 'audio/ogg': 0.5 }, 'opus-160'],
    [null, { 'audio/ogg': 1 }, 'opus-160'],
    [null, { 'audio/mp4': 1 }, 'aac-128'],
    [null, { 'audio/mp4': 0.4, '*': 0.2 }, 'aac-128'],
    [null, { 'audio/wav': 0.9, 'audio/ogg': 0.9 }, 'original'],
    ['low', { 'text/html': 1 }, 'opus-96'],
    [null, { 'text/html': 1 }, 'original'],
  ])('of quality %s for who takes %j gives %s', async (quality, types, expected) => {
    const { it, trackId, artist } = await published();
    valueOf(await it.core.catalog.processTrack(trackId));
    const stream = valueOf(
      await it.core.playback.openStream(artist as never, trackId, { quality, accepts: taking(types) }),
    );
    const [rendition] = (await it.ports.catalog.renditions(trackId)).filter(({ name }) => name === expected);
    const key = rendition?.key ?? (await it.ports.catalog.playable(trackId))!.audio;
    expect(stream.source.digest).toBe((await it.ports.media.open(key))!.digest);
    expect(stream.contentType).toBe(rendition?.contentType ?? 'audio/wav');
  });

  test('gives the original for whatever is not made yet', async () => {
    const { it, trackId, artist } = await published();
    for (const quality of ['low', 'high', 'original', null] as const) {
      const wish = { quality, accepts: taking({ 'audio/ogg': 1 }) };
      const stream = valueOf(await it.core.playback.openStream(artist as never, trackId, wish));
      expect(stream.contentType).toBe('audio/wav');
    }
  });

  test('looks for nothing but the original where that is what is asked for', async () => {
    const { it, trackId, artist } = await published();
    const core = createCore({
      ...it.ports,
      catalog: {
        ...it.ports.catalog,
        renditions: async () => {
          throw new Error('asked for renditions');
        },
      },
    });
    for (const quality of ['original', null] as const)
      expect((await core.playback.openStream(artist as never, trackId, { quality, accepts: () => 1 })).ok).toBe(true);
    const low = core.playback.openStream(artist as never, trackId, { quality: 'low', accepts: () => 1 });
    await expect(low).rejects.toThrow('asked for renditions');
  });
});

describe('openPreview', () => {
  test('is for anyone, AAC unless Opus is taken more gladly, and not before it is made', async () => {
    const { it, trackId } = await published();
    const notYet = { ok: false, error: { code: 'not_made_yet' } };
    expect(await it.core.playback.openPreview(trackId)).toEqual(notYet);
    valueOf(await it.core.catalog.processTrack(trackId));
    expect(valueOf(await it.core.playback.openPreview(trackId)).contentType).toBe('audio/mp4');
    const wish = { quality: null, accepts: taking({ 'audio/ogg': 1, '*': 0.5 }) };
    expect(valueOf(await it.core.playback.openPreview(trackId, wish)).contentType).toBe('audio/ogg');
    const gone = { ok: false, error: { code: 'track_not_found' } };
    expect(await it.core.playback.openPreview(99 as TrackId)).toEqual(gone);
  });
});
