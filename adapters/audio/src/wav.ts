import { type Seekable, textAt } from './seekable.ts';
import {
  type Measured,
  type SoundLimits,
  type Verdict,
  cutShort,
  damaged,
  judged,
  silentFile,
  unsupported,
} from './verdict.ts';

const PCM = 1;
const FLOAT = 3;
const EXTENSIBLE = 0xfffe;
const SAMPLE_BITS = new Set([8, 16, 24, 32, 64]);
/** What a writer that cannot go back leaves as the length: the sound goes to the end of the file. */
const LENGTH_UNKNOWN = 0xffffffff;

type Layout = { readonly blockBytes: number; readonly sampleRateHz: number; readonly channels: number };

const parseFormat = (chunk: DataView): Layout | 'other-coding' | 'malformed' => {
  if (chunk.byteLength < 16) return 'malformed';
  const tag = chunk.getUint16(0, true);
  const extended = tag === EXTENSIBLE && chunk.byteLength >= 26;
  const coding = extended ? chunk.getUint16(24, true) : tag;
  if (coding !== PCM && coding !== FLOAT) return 'other-coding';
  const channels = chunk.getUint16(2, true);
  const bits = chunk.getUint16(14, true);
  const blockBytes = chunk.getUint16(12, true);
  if (!SAMPLE_BITS.has(bits) || channels === 0 || blockBytes !== (channels * bits) / 8) return 'malformed';
  return { channels, blockBytes, sampleRateHz: chunk.getUint32(4, true) };
};

const measured = (format: Layout, soundBytes: number): Measured => {
  const { channels, sampleRateHz, blockBytes } = format;
  const seconds = sampleRateHz === 0 ? 0 : Math.floor(soundBytes / blockBytes) / sampleRateHz;
  const bitsPerSecond = 8 * blockBytes * sampleRateHz;
  return { codec: 'PCM', contentType: 'audio/wav', sampleRateHz, channels, seconds, bitsPerSecond };
};

/** Integer and floating-point PCM; every other coding in a WAV is unsupported. */
export const inspectWav = (bytes: Seekable, limits: SoundLimits): Verdict => {
  let format: Layout | null = null;
  for (let position = 12; ;) {
    const header = bytes.view(position, 8);
    if (header === null) return format === null || position < bytes.sizeBytes ? damaged : silentFile;
    const name = textAt(header, 0, 4);
    const length = header.getUint32(4, true);
    const body = position + 8;
    const remaining = bytes.sizeBytes - body;
    if (name === 'data') {
      if (format === null) return damaged;
      const soundBytes = length === LENGTH_UNKNOWN ? remaining : length;
      if (soundBytes > remaining) return cutShort;
      return soundBytes < format.blockBytes ? silentFile : judged(measured(format, soundBytes), limits);
    }
    if (length > remaining) return cutShort;
    if (name === 'fmt ') {
      const chunk = bytes.view(body, Math.min(length, 40));
      const parsed = chunk === null ? 'malformed' : parseFormat(chunk);
      if (parsed === 'other-coding') return unsupported;
      if (parsed === 'malformed') return damaged;
      format = parsed;
    }
    position = body + length + (length % 2);
  }
};
