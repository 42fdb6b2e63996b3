import { invariant } from '@backline/core/kernel';
import { HEADER_BYTES, chunksOf, viewOf } from './riff.ts';

/** Sound of 16 bits as it lies in a WAV; channels interleaved, samples from -1 to 1. */
export type Pcm = {
  readonly rateHz: number;
  readonly channels: number;
  readonly samples: Float64Array;
};

const FULL_SCALE = 32_768;
const SAMPLE_BYTES = 2;

/** Null for what is no WAV of 16 bits. */
export const pcmOf = (wav: Uint8Array): Pcm | null => {
  const chunks = chunksOf(wav, HEADER_BYTES);
  const format = chunks.get('fmt ');
  const data = chunks.get('data');
  if (format === undefined || data === undefined) return null;
  const fields = viewOf(format);
  if (fields.getUint16(14, true) !== 8 * SAMPLE_BYTES) return null;
  const view = viewOf(data);
  return {
    rateHz: fields.getUint32(4, true),
    channels: fields.getUint16(2, true),
    samples: Float64Array.from(
      { length: Math.floor(data.length / SAMPLE_BYTES) },
      (_, index) => view.getInt16(index * SAMPLE_BYTES, true) / FULL_SCALE,
    ),
  };
};

/** From one frame on, for so many of them or as many as there are. */
export const excerptOf = (pcm: Pcm, fromMs: number, lengthMs: number): Pcm => {
  const at = (ms: number): number => Math.round((ms * pcm.rateHz) / 1_000) * pcm.channels;
  return { ...pcm, samples: pcm.samples.slice(at(fromMs), at(fromMs + lengthMs)) };
};

const WAV_HEADER_BYTES = 44;

export const wavOf = ({ rateHz, channels, samples }: Pcm): Uint8Array => {
  const bytes = new Uint8Array(WAV_HEADER_BYTES + samples.length * SAMPLE_BYTES);
  const view = viewOf(bytes);
  const write = (at: number, text: string): void => {
    for (let index = 0; index < text.length; index += 1) bytes[at + index] = text.charCodeAt(index);
  };
  invariant(bytes.length < 2 ** 32, 'a WAV is below 4 GiB');
  write(0, 'RIFF');
  view.setUint32(4, bytes.length - 8, true);
  write(8, 'WAVEfmt ');
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, channels, true);
  view.setUint32(24, rateHz, true);
  view.setUint32(28, rateHz * channels * SAMPLE_BYTES, true);
  view.setUint16(32, channels * SAMPLE_BYTES, true);
  view.setUint16(34, 8 * SAMPLE_BYTES, true);
  write(36, 'data');
  view.setUint32(40, samples.length * SAMPLE_BYTES, true);
  for (const [index, sample] of samples.entries())
    view.setInt16(WAV_HEADER_BYTES + index * SAMPLE_BYTES, Math.round(sample * FULL_SCALE), true);
  return bytes;
};

export const WAV_HEADER = WAV_HEADER_BYTES;
