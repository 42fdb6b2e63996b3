import type { AudioFacts, AudioInspector, EmbeddedTags, StagedMedia } from '@backline/core/catalog';
import { err, ok } from '@backline/core/kernel';
import { asciiText } from './ascii.ts';
import { type Chunks, HEADER_BYTES, chunksOf, fourLetters, viewOf } from './riff.ts';

const PCM = 1;
const FORMAT_BYTES = 16;

/** Knows uncompressed WAV, whole in memory, and of its tags the title and the genre. */
export const memoryAudioInspector = (): AudioInspector => ({
  inspect: async (staged) => {
    const bytes = await readAll(staged);
    if (fourLetters(bytes, 0) !== 'RIFF' || fourLetters(bytes, 8) !== 'WAVE') return err({ code: 'unsupported_audio' });
    const chunks = chunksOf(bytes, HEADER_BYTES);
    const facts = factsOf(chunks);
    return typeof facts === 'string'
      ? err({ code: 'unplayable_audio', reason: facts })
      : ok({ facts, tags: tagsOf(chunks) });
  },
});

/** Says why not, where the audio cannot be played. */
const factsOf = (chunks: Chunks): AudioFacts | string => {
  const format = chunks.get('fmt ');
  const data = chunks.get('data');
  if (format === undefined || format.length < FORMAT_BYTES) return 'no format';
  if (data === undefined || data.length === 0) return 'no audio, or cut short';
  const fields = viewOf(format);
  const bytesPerSecond = fields.getUint32(8, true);
  if (fields.getUint16(0, true) !== PCM || bytesPerSecond === 0) return 'not PCM';

  return {
    codec: 'PCM',
    contentType: 'audio/wav',
    durationMs: Math.max(1, Math.round((data.length * 1_000) / bytesPerSecond)),
    bitrateKbps: Math.round((bytesPerSecond * 8) / 1_000),
    sampleRateHz: fields.getUint32(4, true),
    channels: fields.getUint16(2, true),
  };
};

const tagsOf = (chunks: Chunks): EmbeddedTags => {
  const list = chunks.get('LIST');
  if (list === undefined || fourLetters(list, 0) !== 'INFO') return {};
  const info = chunksOf(list, 4);
  const title = tagText(info.get('INAM'));
  const genre = tagText(info.get('IGNR'));
  return { ...(title === undefined ? {} : { title }), ...(genre === undefined ? {} : { genre }) };
};

/** Up to the first NUL. */
const tagText = (bytes: Uint8Array | undefined): string | undefined =>
  bytes === undefined ? undefined : asciiText(bytes).split('\0')[0];

const readAll = async (staged: StagedMedia): Promise<Uint8Array> => {
  const whole = new Uint8Array(staged.sizeBytes);
  let filled = 0;
  for await (const chunk of staged.read()) {
    whole.set(chunk, filled);
    filled += chunk.length;
  }
  return whole;
};
