import { describe, expect, test } from '@jest/globals';
import { createCore } from '@backline/core';
import type { ImageRef, UserId } from '@backline/core/accounts';
import type { MediaKey, StagedMedia } from '@backline/core/catalog';
import { day, err } from '@backline/core/kernel';
import { memoryImageStore, memoryMediaStore } from '@backline/memory';
import { wav } from '../../examples/wav.ts';
import { png } from '../../support/pictures.ts';
import { type Platform, START, eventsOf, join, platform, valueOf } from '../platform.ts';

type Studio = Platform & {
  readonly artist: UserId;
  readonly kept: readonly MediaKey[];
  readonly pictures: readonly ImageRef[];
  readonly stage: (bytes?: AsyncIterable<Uint8Array>) => Promise<StagedMedia>;
};

/** An artist, and lists of the files that were ever kept. */
const studio = async (): Promise<Studio> => {
  const kept: MediaKey[] = [];
  const pictures: ImageRef[] = [];
  const media = memoryMediaStore();
  const images = memoryImageStore();
  const it = platform({
    media: {
      ...media,
      keep: async (staged, role) => {
        const key = await media.keep(staged, role);
        kept.push(key);
        return key;
      },
    },
    images: {
      ...images,
      put: async (bytes) => {
        const stored = await images.put(bytes);
        if (stored.ok) pictures.push(stored.value);
        return stored;
      },
    },
  });
  return {
    ...it,
    artist: (await join(it, 'artist1@example.com', 'ARTIST')).id,
    kept,
    pictures,
    stage: async (bytes = wav(1)) => valueOf(await it.core.catalog.stageAudio(bytes)),
  };
};

const text = async function* (content: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(content);
};

/** No upload, no audio and no picture but those named. */
const expectFiles = async ({ ports, kept, pictures }: Studio, staged: StagedMedia, left: number): Promise<void> => {
  await expect(ports.media.keep(staged, 'master')).rejects.toThrow();
  const opened = [
    ...(await Promise.all(kept.map((key) => ports.media.open(key)))),
    ...(await Promise.all(pictures.map((ref) => ports.images.open(ref)))),
  ];
  expect(opened.filter((source) => source !== null)).toHaveLength(left);
};

describe('publishTrack', () => {
  test('puts an upload into the catalogue, playable at once', async () => {
    const it = await studio();
    const staged = await it.stage(wav(2));
    const form = {
      title: ' Dawn ',
      genre: ' Folk ',
      tags: ['Slow', ' slow', '', 'Night'],
      releasedOn: day('2026-01-02'),
    };
    const id = valueOf(await it.core.catalog.publishTrack(it.artist, staged, { ...form, artwork: png(8, 8) }));
    expect(await it.ports.catalog.track(id)).toMatchObject({
      title: 'Dawn',
      genre: 'Folk',
      tags: ['slow', 'night'],
      releasedOn: '2026-01-02',
      artwork: it.pictures[0],
      codec: 'PCM',
      durationMs: 2_000,
      sizeBytes: staged.sizeBytes,
      loudnessLufs: null,
      status: 'processing',
      progress: { step: null, done: 0 },
      failure: null,
      playCount: 0,
      createdAt: START,
    });
    const playable = await it.ports.catalog.playable(id);
    const source = await it.ports.media.open(playable!.audio);
    expect(source).toMatchObject({ sizeBytes: staged.sizeBytes, digest: staged.sha256 });
    expect(eventsOf(it, 'catalog.track_published')).toEqual([
      { type: 'catalog.track_published', trackId: id, artistId: it.artist, occurredAt: START },
    ]);
    await expectFiles(it, staged, 2);
  });

  test.each([
    ['the form alone', 'Dawn', undefined, 'Dawn'],
    ['both, and the form goes before', 'Dawn', 'In the file', 'Dawn'],
    ['the file alone', undefined, ' In the file ', 'In the file'],
    ['a blank form', '   ', 'In the file', 'In the file'],
  ])('takes the title from %s', async (_, title, embedded, expected) => {
    const it = await studio();
    const staged = await it.stage(wav(1, embedded));
    const form = title === undefined ? {} : { title };
    const id = valueOf(await it.core.catalog.publishTrack(it.artist, staged, form));
    expect((await it.ports.catalog.track(id))?.title).toBe(expected);
  });

  test.each([
    ['no title anywhere', wav(1), {}, 'title_missing'],
    ['blank titles', wav(1, '  '), { title: ' ' }, 'title_missing'],
    ['what is no audio', text('<html>'), { title: 'Dawn' }, 'unsupported_audio'],
    ['nothing', text(''), { title: 'Dawn' }, 'unsupported_audio'],
    ['audio without sound', wav(0), { title: 'Dawn' }, 'unplayable_audio'],
    ['artwork that is no picture', wav(1), { title: 'Dawn', artwork: Buffer.from('<svg/>') }, 'image_refused'],
  ])('refuses %s, and leaves no file behind', async (_, bytes, form, code) => {
    const it = await studio();
    const staged = await it.stage(bytes);
    expect(await it.core.catalog.publishTrack(it.artist, staged, form)).toMatchObject({ ok: false, error: { code } });
    expect(await it.ports.catalog.trackCountOf(it.artist)).toBe(0);
    expect(eventsOf(it, 'catalog.track_published')).toEqual([]);
    await expectFiles(it, staged, 0);
  });

  test('refuses the same audio again, and removes the files that came with it', async () => {
    const it = await studio();
    const first = valueOf(await it.core.catalog.publishTrack(it.artist, await it.stage(), { title: 'Dawn' }));
    const again = await it.stage();
    expect(await it.core.catalog.publishTrack(it.artist, again, { title: 'Dusk', artwork: png(8, 8) })).toEqual(
      err({ code: 'duplicate_track', trackId: first }),
    );
    expect([it.kept.length, it.pictures.length]).toEqual([2, 1]);
    await expectFiles(it, again, 1);
    expect(await it.ports.media.open((await it.ports.catalog.playable(first))!.audio)).not.toBeNull();
  });

  test('takes the same audio from another artist, and again from one who removed it', async () => {
    const it = await studio();
    const other = (await join(it, 'artist2@example.com', 'ARTIST')).id;
    const publish = async (artist: UserId) => it.core.catalog.publishTrack(artist, await it.stage(), { title: 'Dawn' });
    const first = valueOf(await publish(it.artist));
    expect((await publish(other)).ok).toBe(true);
    valueOf(await it.core.catalog.removeTrack(it.artist, first));
    expect((await publish(it.artist)).ok).toBe(true);
  });

  test('of two uploads of the same audio at once takes one', async () => {
    const it = await studio();
    const results = await Promise.all(
      [1, 2].map(async () => it.core.catalog.publishTrack(it.artist, await it.stage(), { title: 'Dawn' })),
    );
    expect(results.map(({ ok }) => ok).sort()).toEqual([false, true]);
    expect(await it.ports.catalog.trackCountOf(it.artist)).toBe(1);
  });

  test('keeps the files where it cannot know whether the track was stored', async () => {
    const it = await studio();
    const staged = await it.stage();
    const broken = createCore({
      ...it.ports,
      uow: {
        run: async (work) => {
          await it.ports.uow.run(work);
          throw new Error('connection lost');
        },
      },
    });
    await expect(broken.catalog.publishTrack(it.artist, staged, { title: 'Dawn' })).rejects.toThrow('connection lost');
    await expectFiles(it, staged, 1);
    expect(await it.ports.catalog.trackCountOf(it.artist)).toBe(1);
  });
});
