import { describe, expect, test } from '@jest/globals';
import { type Core, createCore } from '@backline/core';
import type { ImageRef, UserId } from '@backline/core/accounts';
import {
  type AudioRenderer,
  CLAIM_MS,
  MAX_ATTEMPTS,
  type MediaKey,
  PROCESSING_STEPS,
  RENDITIONS,
  type TrackId,
} from '@backline/core/catalog';
import { HOUR_MS, Unavailable, err, ok } from '@backline/core/kernel';
import { memoryAudioRenderer, memoryImageStore, memoryMediaStore } from '@backline/memory';
import { wav } from '../../examples/wav.ts';
import { png } from '../../support/pictures.ts';
import { type Platform, eventsOf, join, platform, valueOf } from '../platform.ts';

const NAMES = Object.keys(RENDITIONS).sort();

type Lab = Platform & {
  readonly artist: UserId;
  readonly trackId: TrackId;
  /** What lies in the stores now: masters, files made of them, and pictures. */
  readonly files: () => Promise<{ readonly masters: number; readonly derived: number; readonly pictures: number }>;
};

const withArtwork = (changes: Partial<AudioRenderer> = {}): AudioRenderer => ({
  ...memoryAudioRenderer(),
  artwork: async () => ok(png(16, 16)),
  ...changes,
});

const countOf = async <Key>(keys: Iterable<Key>, open: (key: Key) => Promise<object | null>): Promise<number> =>
  (await Promise.all([...keys].map(open))).filter((source) => source !== null).length;

/** A track that was just uploaded; its file carries a picture. */
const lab = async (audioRenderer: AudioRenderer = withArtwork()): Promise<Lab> => {
  const kept = new Set<MediaKey>();
  const pictures = new Set<ImageRef>();
  const media = memoryMediaStore();
  const images = memoryImageStore();
  const it = platform({
    audioRenderer,
    media: {
      ...media,
      keep: async (staged, role) => {
        const key = await media.keep(staged, role);
        kept.add(key);
        return key;
      },
    },
    images: {
      ...images,
      put: async (bytes, reserved) => {
        const stored = await images.put(bytes, reserved);
        if (stored.ok) pictures.add(stored.value);
        return stored;
      },
    },
  });
  const artist = (await join(it, 'artist1@example.com', 'ARTIST')).id;
  const staged = valueOf(await it.core.catalog.stageAudio(wav(2)));
  const trackId = valueOf(await it.core.catalog.publishTrack(artist, staged, { title: 'Dawn' }));
  return {
    ...it,
    artist,
    trackId,
    files: async () => ({
      masters: await countOf(
        [...kept].filter((key) => !key.startsWith('derived')),
        media.open,
      ),
      derived: await countOf(
        [...kept].filter((key) => key.startsWith('derived')),
        media.open,
      ),
      pictures: await countOf(pictures, images.open),
    }),
  };
};

const ALL = { masters: 1, derived: NAMES.length, pictures: 1 };

const expectAllDone = async ({ ports, trackId, files }: Lab): Promise<void> => {
  const track = await ports.catalog.track(trackId);
  expect(track).toMatchObject({ status: 'ready', progress: { step: null, done: 1 }, failure: null });
  expect(track?.artwork).not.toBeNull();
  expect(await ports.images.open(track!.artwork!)).not.toBeNull();
  expect(await ports.catalog.waveform(trackId)).toHaveLength(800);
  const renditions = await ports.catalog.renditions(trackId);
  expect(renditions.map(({ name }) => name).sort()).toEqual(NAMES);
  for (const { key, sizeBytes } of renditions) expect(await ports.media.open(key)).toMatchObject({ sizeBytes });
  expect(await files()).toEqual(ALL);
};

describe('processTrack', () => {
  test('does all there is to do, and tells how far it is', async () => {
    const seen: unknown[] = [];
    const it = await lab(
      withArtwork({
        render: async (sound, form, watch) => {
          it.clock.advance(5_000);
          expect(await watch(0.5)).toBe('go-on');
          seen.push((await it.ports.catalog.track(it.trackId))?.progress);
          return memoryAudioRenderer().render(sound, form, watch);
        },
      }),
    );
    expect(await it.core.catalog.processTrack(it.trackId)).toEqual(ok('settled'));
    await expectAllDone(it);
    expect(seen[0]).toEqual({ step: 'preview', done: 4.25 / PROCESSING_STEPS.length });
    expect(seen.at(-1)).toEqual({ step: 'segments', done: 8.75 / PROCESSING_STEPS.length });
  });

  test('again changes nothing', async () => {
    const it = await lab();
    valueOf(await it.core.catalog.processTrack(it.trackId));
    const before = await it.ports.catalog.renditions(it.trackId);
    expect(await it.core.catalog.processTrack(it.trackId)).toEqual(ok('settled'));
    expect(await it.ports.catalog.renditions(it.trackId)).toEqual(before);
    await expectAllDone(it);
  });

  test('keeps the picture that the artist gave', async () => {
    const it = await lab();
    const staged = valueOf(await it.core.catalog.stageAudio(wav(3)));
    const id = valueOf(await it.core.catalog.publishTrack(it.artist, staged, { title: 'Dusk', artwork: png(8, 8) }));
    const given = (await it.ports.catalog.track(id))?.artwork;
    valueOf(await it.core.catalog.processTrack(id));
    expect((await it.ports.catalog.track(id))?.artwork).toBe(given);
  });

  test('does without the picture where it is none', async () => {
    const it = await lab(withArtwork({ artwork: async () => ok(Buffer.from('<svg/>')) }));
    expect(await it.core.catalog.processTrack(it.trackId)).toEqual(ok('settled'));
    expect(await it.ports.catalog.track(it.trackId)).toMatchObject({ status: 'ready', artwork: null });
    expect(await it.files()).toEqual({ ...ALL, pictures: 0 });
  });

  test.each(['undecodable', 'too_costly', 'too_large'] as const)('fails for good: %s', async (failure) => {
    const it = await lab(withArtwork({ waveform: async () => err({ code: 'unrenderable', failure }) }));
    expect(await it.core.catalog.processTrack(it.trackId)).toEqual(ok('settled'));
    expect(await it.ports.catalog.track(it.trackId)).toMatchObject({ status: 'failed', failure });
    expect(await it.ports.catalog.playable(it.trackId)).not.toBeNull();
    expect(await it.core.catalog.processTrack(it.trackId)).toEqual(ok('settled'));
  });

  test('gives up what fails each time for no reason that is known', async () => {
    const it = await lab(
      withArtwork({
        waveform: async () => {
          throw new Error('no idea');
        },
      }),
    );
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1)
      await expect(it.core.catalog.processTrack(it.trackId)).rejects.toThrow('no idea');
    expect(await it.core.catalog.processTrack(it.trackId)).toEqual(ok('settled'));
    expect(await it.ports.catalog.track(it.trackId)).toMatchObject({ status: 'failed', failure: 'gave_up' });
  });

  test('never gives up what only lacks something that is away', async () => {
    let isAway = true;
    const it = await lab(
      withArtwork({
        waveform: async (sound, watch) => {
          if (isAway) throw new Unavailable('renderer');
          return memoryAudioRenderer().waveform(sound, watch);
        },
      }),
    );
    for (let attempt = 0; attempt < 3 * MAX_ATTEMPTS; attempt += 1)
      await expect(it.core.catalog.processTrack(it.trackId)).rejects.toThrow(Unavailable);
    isAway = false;
    expect(await it.core.catalog.processTrack(it.trackId)).toEqual(ok('settled'));
    await expectAllDone(it);
  });

  test('where nothing can do it, is ready as it came, and goes on once something can', async () => {
    const missing = ['ffmpeg'];
    let isThere = false;
    const whole = withArtwork();
    const it = await lab({
      ...whole,
      missing: async () => (isThere ? [] : missing),
      measure: async (...of) => (isThere ? whole.measure(...of) : err({ code: 'renderer_missing', missing })),
    });
    expect(await it.core.catalog.processTrack(it.trackId)).toEqual(ok('deferred'));
    expect(await it.ports.catalog.track(it.trackId)).toMatchObject({ status: 'ready', loudnessLufs: null });
    it.clock.advance(HOUR_MS);
    expect(await it.core.catalog.resumeProcessing()).toBe(0);

    isThere = true;
    expect(await it.core.catalog.resumeProcessing()).toBe(1);
    expect(eventsOf(it, 'catalog.processing_stalled')).toMatchObject([{ trackId: it.trackId }]);
    expect(await it.core.catalog.resumeProcessing()).toBe(0);
    expect(await it.core.catalog.processTrack(it.trackId)).toEqual(ok('settled'));
    await expectAllDone(it);
  });

  test('is left to whoever has it, and taken over once they have been silent', async () => {
    const { promise: asked, resolve: ask } = Promise.withResolvers<void>();
    const { promise: answer, resolve: give } = Promise.withResolvers<void>();
    let first = true;
    const it = await lab(
      withArtwork({
        render: async (sound, form, watch) => {
          if (first) {
            first = false;
            ask();
            await answer;
          }
          return memoryAudioRenderer().render(sound, form, watch);
        },
      }),
    );
    const slow = it.core.catalog.processTrack(it.trackId);
    await asked;
    expect(await it.core.catalog.processTrack(it.trackId)).toMatchObject(err({ code: 'processing_busy' }));
    it.clock.advance(CLAIM_MS);
    expect(await it.core.catalog.processTrack(it.trackId)).toEqual(ok('settled'));
    give();
    expect(await slow).toEqual(ok('superseded'));
    await expectAllDone(it);
  });

  test('ends when its track is removed, and nothing is left of what was made', async () => {
    const it = await lab(
      withArtwork({
        render: async (sound, form, watch) => {
          const rendered = await memoryAudioRenderer().render(sound, form, watch);
          if (form.coding === 'opus-96' && form.container === 'ogg' && form.excerpt === 'whole')
            valueOf(await it.core.catalog.removeTrack(it.artist, it.trackId));
          return rendered;
        },
      }),
    );
    const { artwork } = await processed(it);
    expect(eventsOf(it, 'catalog.track_removed')).toMatchObject([{ trackId: it.trackId, artwork }]);
    expect(await it.core.catalog.discardRenditions(it.trackId)).toMatchObject(err({ code: 'processing_busy' }));
    it.clock.advance(CLAIM_MS);
    expect(await it.core.catalog.discardRenditions(it.trackId)).toEqual(ok(null));
    expect(await it.core.catalog.discardRenditions(it.trackId)).toEqual(ok(null));
    expect((await it.files()).derived).toBe(0);
    expect(await it.core.catalog.processTrack(it.trackId)).toEqual(ok('settled'));
  });
});

const processed = async (it: Lab): Promise<{ readonly artwork: ImageRef | null }> => {
  expect(await it.core.catalog.processTrack(it.trackId)).toEqual(ok('superseded'));
  const [removed] = eventsOf(it, 'catalog.track_removed');
  return { artwork: removed?.artwork ?? null };
};

/** A core whose process dies at its `dieAt`th call to the outside: that call may be done or not, none after it is. */
const mortal = (it: Lab, dieAt: number, isDone: boolean): { readonly core: Core; readonly calls: () => number } => {
  let calls = 0;
  const guard = <Args extends readonly unknown[], Value>(call: (...args: Args) => Promise<Value>) => {
    return async (...args: Args): Promise<Value> => {
      calls += 1;
      if (calls > dieAt) throw new Error('it is dead');
      if (calls < dieAt) return call(...args);
      if (isDone) await call(...args);
      throw new Error('killed');
    };
  };
  const { media, images, audioRenderer, uow } = it.ports;
  return {
    calls: () => calls,
    core: createCore({
      ...it.ports,
      uow: { run: guard(uow.run) as typeof uow.run },
      media: {
        ...media,
        stage: guard(media.stage),
        keep: guard(media.keep),
        discard: guard(media.discard),
        remove: guard(media.remove),
      },
      images: { ...images, put: guard(images.put), remove: guard(images.remove) },
      audioRenderer: { ...audioRenderer, render: guard(audioRenderer.render) },
    }),
  };
};

describe('killed', () => {
  test.each([
    ['before it is done', false],
    ['after it is done', true],
  ])('at any of its steps, %s, it finishes later, and no file is there twice', async (_, isDone) => {
    const whole = mortal(await lab(), Infinity, isDone);
    const clean = await lab();
    const counted = mortal(clean, Infinity, isDone);
    expect(await counted.core.catalog.processTrack(clean.trackId)).toEqual(ok('settled'));
    expect(whole.calls()).toBe(0);
    expect(counted.calls()).toBeGreaterThan(50);

    for (let dieAt = 1; dieAt <= counted.calls(); dieAt += 1) {
      const it = await lab();
      await mortal(it, dieAt, isDone)
        .core.catalog.processTrack(it.trackId)
        .catch(() => undefined);
      it.clock.advance(CLAIM_MS + 1);
      expect(await it.core.catalog.processTrack(it.trackId)).toEqual(ok('settled'));
      await expectAllDone(it);
    }
  });

  test('again and again, at different steps, it finishes as well', async () => {
    for (let seed = 1; seed <= 20; seed += 1) {
      const it = await lab();
      for (const dieAt of [3 * seed, seed + 5, 7]) {
        await mortal(it, dieAt, seed % 2 === 0)
          .core.catalog.processTrack(it.trackId)
          .catch(() => undefined);
        it.clock.advance(CLAIM_MS + 1);
      }
      valueOf(await it.core.catalog.processTrack(it.trackId));
      await expectAllDone(it);
    }
  });

  test('and its job lost, it is found by the sweep', async () => {
    const it = await lab();
    await mortal(it, 12, true)
      .core.catalog.processTrack(it.trackId)
      .catch(() => undefined);
    expect(await it.core.catalog.resumeProcessing()).toBe(0);
    it.clock.advance(CLAIM_MS + 3 * 60_000);
    expect(await it.core.catalog.resumeProcessing()).toBe(1);
    expect(await it.core.catalog.resumeProcessing()).toBe(0);
    valueOf(await it.core.catalog.processTrack(it.trackId));
    await expectAllDone(it);
  });
});
