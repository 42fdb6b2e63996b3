import type { AudioInspector, StagedMedia } from '@backline/core/catalog';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { inChunks } from '../support/byte-sources.ts';
import { latin1, wav } from '../support/audio-fixtures.ts';

export type OpenAudioInspector = { readonly inspector: AudioInspector; readonly close: () => Promise<void> };

/** An upload of which no more is known than its bytes. */
export const stagedBytes = (bytes: Uint8Array): StagedMedia => ({
  id: 'upload',
  sizeBytes: bytes.length,
  sha256: '0'.repeat(64),
  read: () => inChunks(bytes, 1_000),
});

/** What every AudioInspector promises; all of them know PCM in WAV. */
export const audioInspectorSuite = (adapter: string, open: () => Promise<OpenAudioInspector>): void => {
  describe(`AudioInspector on ${adapter}`, () => {
    let at: OpenAudioInspector;
    beforeEach(async () => {
      at = await open();
    });
    afterEach(() => at.close());
    const inspect = (bytes: Uint8Array) => at.inspector.inspect(stagedBytes(bytes));

    test.each([
      [
        { seconds: 0.5, rate: 8_000, channels: 1, bits: 16 },
        { durationMs: 500, bitrateKbps: 128 },
      ],
      [
        { seconds: 1.25, rate: 44_100, channels: 2, bits: 16 },
        { durationMs: 1_250, bitrateKbps: 1_411 },
      ],
      [
        { seconds: 0.1, rate: 48_000, channels: 2, bits: 24 },
        { durationMs: 100, bitrateKbps: 2_304 },
      ],
    ])('knows the facts of WAV %j', async (of, { durationMs, bitrateKbps }) => {
      const facts = { codec: 'PCM', contentType: 'audio/wav', durationMs, bitrateKbps };
      expect(await inspect(wav(of))).toEqual({
        ok: true,
        value: { facts: { ...facts, sampleRateHz: of.rate, channels: of.channels }, tags: {} },
      });
    });

    test('reads the title and the genre', async () => {
      const inspected = await inspect(wav({ info: { INAM: 'Morning', IGNR: 'Ambient' } }));
      expect(inspected).toMatchObject({ ok: true, value: { tags: { title: 'Morning', genre: 'Ambient' } } });
    });

    test.each([
      ['nothing', new Uint8Array()],
      ['HTML', latin1('<!doctype html><html><body>a song</body></html>')],
      ['a ZIP archive', latin1('PK\u0003\u0004 and so on, and so on, and so on')],
      ['a MIDI file', latin1('MThd\0\0\0\u0006\0\u0001\0\u0002 and so on')],
      ['an AVI film', latin1('RIFF\0\0\0\0AVI LIST and so on, and so on')],
    ])('does not take %s', async (_, bytes) => {
      expect(await inspect(bytes)).toEqual({ ok: false, error: { code: 'unsupported_audio' } });
    });

    test.each([
      ['is cut off in the middle of its sound', wav().subarray(0, 3_000)],
      ['is cut off before its sound', wav().subarray(0, 36)],
      ['has no sound', wav({ seconds: 0 })],
      ['is only a header', wav().subarray(0, 12)],
    ])('cannot play a WAV that %s', async (_, bytes) => {
      expect(await inspect(bytes)).toMatchObject({ ok: false, error: { code: 'unplayable_audio' } });
    });
  });
};
