import type { AudioRenderer, RenditionForm, RenditionName, Sound, StoredMedia } from '@backline/core/catalog';
import { RENDITIONS, isSameRecording } from '@backline/core/catalog';
import { instant } from '@backline/core/kernel';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Tune, song, sumOf, toneOf, tuneOf } from '../support/songs.ts';

export type OpenAudioRenderer = { readonly renderer: AudioRenderer; readonly close: () => Promise<void> };

export const goOn = async (): Promise<'go-on'> => 'go-on';

const stop = async (): Promise<'stop'> => 'stop';

/** A stored file of which no more is known than its bytes. */
export const soundOf = (bytes: Uint8Array, durationMs: number, contentType = 'audio/wav'): Sound => ({
  source: storedBytes(bytes),
  contentType,
  durationMs,
});

export const storedBytes = (bytes: Uint8Array): StoredMedia => ({
  sizeBytes: bytes.length,
  modifiedAt: instant(0),
  digest: 'digest',
  send: async ({ start, end }, sink) => {
    for (let at = start; at <= end; at += 100_000)
      await sink.write(bytes.subarray(at, Math.min(at + 100_000, end + 1)));
  },
  close: async () => undefined,
});

export const bytesOf = async (chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> => {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return new Uint8Array(Buffer.concat(parts));
};

export const valueOf = <T>(result: { readonly ok: true; readonly value: T } | { readonly ok: false }): T => {
  if (!result.ok) throw new Error(JSON.stringify(result));
  return result.value;
};

/** Enough where the sound itself does not matter. */
const SMALL = { rate: 8_000, channels: 1 };

const ORIGINALS = (Object.entries(RENDITIONS) as [RenditionName, RenditionForm][]).filter(
  ([, { from }]) => from === null,
);

/** What every AudioRenderer promises; all of them know WAV of 16 bits. */
export const audioRendererSuite = (adapter: string, open: () => Promise<OpenAudioRenderer>): void => {
  describe(`AudioRenderer on ${adapter}`, () => {
    let at: OpenAudioRenderer;
    beforeAll(async () => {
      at = await open();
    });
    afterAll(() => at.close());
    const measured = async (wav: Uint8Array, durationMs: number) =>
      valueOf(await at.renderer.measure(soundOf(wav, durationMs), goOn));

    test('lacks nothing', async () => {
      expect(await at.renderer.missing()).toEqual([]);
    });

    test.each([
      ['a tone of -23 dBFS in both channels', { level: -23, channels: 2, rate: 48_000 }, -23],
      ['a tone of -33 dBFS in both channels', { level: -33, channels: 2, rate: 48_000 }, -33],
      ['a tone of -20 dBFS in one channel', { level: -20, channels: 1, rate: 48_000 }, -23],
      ['a tone at 44.1 kHz', { level: -18, channels: 2, rate: 44_100 }, -18],
    ])('measures as EBU Tech 3341 says: %s', async (_, of, lufs) => {
      const { integratedLufs, truePeakDbtp } = await measured(song([toneOf({ seconds: 5, ...of })], of), 5_000);
      expect(Math.abs(integratedLufs! - lufs)).toBeLessThanOrEqual(0.1);
      expect(Math.abs(truePeakDbtp! - of.level)).toBeLessThanOrEqual(0.3);
    });

    test('leaves out what is much quieter than the rest, as the gate of EBU R128 does', async () => {
      const loud = toneOf({ seconds: 30, level: -20, ...SMALL });
      const quiet = toneOf({ seconds: 10, level: -50, ...SMALL });
      const { integratedLufs } = await measured(song([quiet, loud, quiet], SMALL), 50_000);
      expect(Math.abs(integratedLufs! + 23)).toBeLessThanOrEqual(0.1);
    });

    test('finds no loudness in silence', async () => {
      const silence = song([toneOf({ seconds: 3, level: -Infinity })]);
      expect(await measured(silence, 3_000)).toEqual({ integratedLufs: null, truePeakDbtp: null, previewStartMs: 0 });
    });

    describe('begins the preview', () => {
      const quiet = toneOf({ seconds: 40, level: -30, ...SMALL });
      const loud = toneOf({ seconds: 32, level: -14, ...SMALL });
      const bang = toneOf({ seconds: 1, level: -0.5, ...SMALL });
      test.each([
        ['where the loudest part does', [quiet, loud, quiet], 112_000, 40_000, 42_000],
        ['at the start of what is loud all along', [loud, loud], 64_000, 0, 0],
        ['with the refrain, and not with one bang', [quiet, bang, quiet, loud, quiet], 153_000, 81_000, 83_000],
        ['at the start of what is shorter', [toneOf({ seconds: 5, level: -20, ...SMALL }), bang], 6_000, 0, 0],
      ])('%s', async (_, parts, durationMs, from, until) => {
        const { previewStartMs } = await measured(song(parts, SMALL), durationMs);
        expect(previewStartMs).toBeGreaterThanOrEqual(from);
        expect(previewStartMs).toBeLessThanOrEqual(until);
      });
    });

    test('draws 800 peaks that follow the sound', async () => {
      const wav = song([toneOf({ seconds: 2, level: -20 }), toneOf({ seconds: 2, level: -6 })]);
      const peaks = valueOf(await at.renderer.waveform(soundOf(wav, 4_000), goOn));
      expect(peaks).toHaveLength(800);
      for (const peak of peaks.slice(5, 395)) expect(peak).toBeCloseTo(0.1, 2);
      for (const peak of peaks.slice(405, 795)) expect(peak).toBeCloseTo(0.5, 2);
    });

    test('draws as many of a sound that is hardly there', async () => {
      const peaks = valueOf(
        await at.renderer.waveform(soundOf(song([toneOf({ seconds: 0.05, level: -6 })]), 50), goOn),
      );
      expect(peaks).toHaveLength(800);
      expect(Math.max(...peaks)).toBeCloseTo(0.5, 1);
    });

    test('draws both channels, also where each is the other’s opposite', async () => {
      const tone = toneOf({ seconds: 1, level: -6 });
      const opposed = tone.map((sample, index) => (index % 2 === 0 ? sample : -tone[index - 1]!));
      const peaks = valueOf(await at.renderer.waveform(soundOf(song([opposed]), 1_000), goOn));
      expect(Math.min(...peaks)).toBeGreaterThan(0.4);
    });

    describe('fingerprints', () => {
      const OF = { rate: 11_025, channels: 1 };
      const tune = (number: number, of: Partial<Tune> = {}) => tuneOf({ seconds: 30, rate: OF.rate, number, ...of });
      const printOf = async (sound: Float64Array, rate = OF.rate) =>
        valueOf(await at.renderer.fingerprint(soundOf(song([sound], { rate, channels: 1 }), 30_000), goOn));

      test('by the sound: softer, at another rate and later it is the same, and another tune is another', async () => {
        const one = await printOf(tune(3));
        expect(one.length).toBeGreaterThan(200);
        expect(one.length).toBeLessThan(250);
        expect(isSameRecording(one, await printOf(tune(3, { level: -36 })))).toBe(true);
        expect(isSameRecording(one, await printOf(tune(3, { rate: 22_050 }), 22_050))).toBe(true);
        expect(isSameRecording(one, await printOf(tune(3, { from: 2 })))).toBe(true);
        expect(isSameRecording(one, await printOf(tune(5)))).toBe(false);
      });

      test('nothing that is too short to tell', async () => {
        const wav = song([toneOf({ seconds: 0.2, level: -6 })]);
        expect(valueOf(await at.renderer.fingerprint(soundOf(wav, 200), goOn))).toEqual([]);
      });

      test('silence as like nothing', async () => {
        const silence = await printOf(toneOf({ seconds: 30, level: -Infinity, ...OF }));
        expect(isSameRecording(silence, silence)).toBe(false);
      });
    });

    test('finds no picture where there is none', async () => {
      const wav = song([toneOf({ seconds: 1, level: -6 })]);
      expect(await at.renderer.artwork(soundOf(wav, 1_000), goOn)).toEqual({ ok: true, value: null });
    });

    test.each(ORIGINALS)('makes %s, as long as it should be, and knows its size', async (_, form) => {
      const wav = song([toneOf({ seconds: 35, level: -20, ...SMALL })], SMALL);
      const rendered = valueOf(await at.renderer.render(soundOf(wav, 35_000), { ...form, startMs: 3_000 }, goOn));
      try {
        const bytes = await bytesOf(rendered.read());
        expect(bytes.length).toBe(rendered.sizeBytes);
        expect(rendered.contentType).toMatch(/^audio\/(mp4|ogg|wav)$/);
        const seconds = form.excerpt === 'preview' ? 30 : 35;
        expect(Math.abs((bytes.length * 8) / rendered.bitrateKbps / 1_000 - seconds)).toBeLessThan(0.5);
        if (form.container === 'cmaf') {
          const { startsAt, initBytes, sizesBytes, durationsMs } = rendered.segments!;
          expect(initBytes).toBeLessThanOrEqual(startsAt);
          expect(startsAt + sumOf(sizesBytes)).toBeLessThanOrEqual(bytes.length);
          expect(Math.abs(sumOf(durationsMs) - seconds * 1_000)).toBeLessThan(100);
          expect(Math.max(...durationsMs)).toBeLessThan(6_600);
        } else expect(rendered.segments).toBeNull();
      } finally {
        await rendered.discard();
        await rendered.discard();
      }
    });

    test('ends when whoever watches says so', async () => {
      const sound = soundOf(song([toneOf({ seconds: 120, level: -20, ...SMALL })], SMALL), 120_000);
      const stopped = { ok: false, error: { code: 'render_stopped' } };
      expect(await at.renderer.render(sound, { ...RENDITIONS['opus-160'], startMs: 0 }, stop)).toEqual(stopped);
      expect(await at.renderer.measure(sound, stop)).toEqual(stopped);
    });

    test('passes on what the watch throws', async () => {
      const sound = soundOf(song([toneOf({ seconds: 120, level: -20, ...SMALL })], SMALL), 120_000);
      const away = new Error('the database is away');
      const watch = async (): Promise<'stop'> => {
        throw away;
      };
      await expect(at.renderer.render(sound, { ...RENDITIONS['opus-160'], startMs: 0 }, watch)).rejects.toBe(away);
    });
  });
};
