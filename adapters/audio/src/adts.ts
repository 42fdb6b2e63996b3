import { type FrameFormat, walkFrames } from './frames.ts';
import type { Seekable } from './seekable.ts';
import type { Span } from './tag-blocks.ts';
import { type SoundLimits, type Verdict, cutShort, damaged, judged, silentFile } from './verdict.ts';

/** By the index that AAC streams use for them (ISO/IEC 14496-3). */
export const AAC_RATES_HZ = [
  96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000, 7_350,
];
/** By the channel configuration; 0 leaves it to the stream itself. */
export const AAC_CHANNELS = [0, 1, 2, 3, 4, 5, 6, 8];

const SAMPLES_PER_BLOCK = 1_024;

export const adtsFrames: FrameFormat = {
  headerBytes: 7,
  parse: (header) => {
    const fixed = header.getUint32(0);
    if (((fixed >>> 16) & 0xfff6) !== 0xfff0) return null;
    const sampleRateHz = AAC_RATES_HZ[(fixed >>> 10) & 15];
    const configuration = (fixed >>> 6) & 7;
    const channels = AAC_CHANNELS[configuration];
    const lengthBytes = (header.getUint32(3) >>> 13) & 0x1fff;
    const headerBytes = ((fixed >>> 16) & 1) === 1 ? 7 : 9;
    if (sampleRateHz === undefined || channels === undefined || lengthBytes <= headerBytes) return null;
    const samples = SAMPLES_PER_BLOCK * ((header.getUint8(6) & 3) + 1);
    return { lengthBytes, samples, sampleRateHz, channels, stream: (fixed >>> 10) * 8 + configuration };
  },
};

const MAX_STRAY_SHARE = 0.02;

export const inspectAdts = (bytes: Seekable, span: Span, limits: SoundLimits): Verdict => {
  const walk = walkFrames(bytes, adtsFrames, span);
  if (walk.first === null) return silentFile;
  if (walk.strayBytes > MAX_STRAY_SHARE * (span.end - span.start)) return damaged;
  if (walk.cutShort) return cutShort;
  const { sampleRateHz, channels } = walk.first;
  const seconds = walk.samples / sampleRateHz;
  return judged(
    {
      codec: 'AAC',
      contentType: 'audio/aac',
      sampleRateHz,
      channels,
      seconds,
      bitsPerSecond: (8 * walk.soundBytes) / seconds,
    },
    limits,
  );
};
