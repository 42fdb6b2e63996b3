import { type FrameFormat, type Walk, walkFrames } from './frames.ts';
import { type Seekable, textAt } from './seekable.ts';
import type { Span } from './tag-blocks.ts';
import { type SoundLimits, type Verdict, cutShort, damaged, judged, silentFile } from './verdict.ts';

const KBPS_MPEG1 = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
const KBPS_MPEG2 = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];
const RATES_MPEG1 = [44_100, 48_000, 32_000];
/** By the header's version bits: 2.5, none, 2, 1. */
const RATE_DIVISOR = [4, null, 2, 1];
const LAYER_3 = 1;
const MONO = 3;

/** Layer III only; the free format, whose frames do not say their length, is none. */
export const mp3Frames: FrameFormat = {
  headerBytes: 4,
  parse: (header) => {
    const bits = header.getUint32(0);
    if (bits >>> 21 !== 0x7ff || ((bits >>> 17) & 3) !== LAYER_3) return null;
    const version = (bits >>> 19) & 3;
    const divisor = RATE_DIVISOR[version];
    const kbps = (divisor === 1 ? KBPS_MPEG1 : KBPS_MPEG2)[(bits >>> 12) & 15];
    const fullRate = RATES_MPEG1[(bits >>> 10) & 3];
    if (divisor === null || divisor === undefined || !kbps || fullRate === undefined) return null;
    const sampleRateHz = fullRate / divisor;
    const samples = divisor === 1 ? 1_152 : 576;
    const channels = ((bits >>> 6) & 3) === MONO ? 1 : 2;
    const padding = (bits >>> 9) & 1;
    return {
      lengthBytes: Math.floor((samples * 125 * kbps) / sampleRateHz) + padding,
      samples,
      sampleRateHz,
      channels,
      stream: version * 8 + ((bits >>> 10) & 3) * 2 + (channels - 1),
    };
  },
};

/** What an encoder wrote of the whole file into a first frame without sound. */
type Announcement = {
  readonly frames: number | null;
  /** Samples that the encoder put before and behind the music. */
  readonly addedSamples: number;
};

const SIDE_INFO_BYTES = { mpeg1: [17, 32], mpeg2: [9, 17] } as const;

const announcedByXing = (frame: DataView, at: number): Announcement => {
  const flags = frame.getUint32(at + 4);
  const frames = (flags & 1) !== 0 ? frame.getUint32(at + 8) : null;
  const optional = [4, 4, 100, 4].reduce((sum, length, bit) => sum + ((flags >>> bit) & 1) * length, 0);
  const encoder = at + 8 + optional;
  if (encoder + 24 > frame.byteLength || !/^(LAME|Lav[cf])/.test(textAt(frame, encoder, encoder + 4))) {
    return { frames, addedSamples: 0 };
  }
  const delays = frame.getUint32(encoder + 20) & 0xffffff;
  return { frames, addedSamples: (delays >>> 12) + (delays & 0xfff) };
};

const announcement = (bytes: Seekable, { first }: Walk): Announcement | null => {
  const frame = first === null ? null : bytes.view(first.position, first.lengthBytes);
  if (first === null || frame === null) return null;
  const sideInfo = SIDE_INFO_BYTES[first.samples === 1_152 ? 'mpeg1' : 'mpeg2'][first.channels === 1 ? 0 : 1];
  const xing = 4 + sideInfo;
  if (frame.byteLength >= xing + 12 && /^(Xing|Info)$/.test(textAt(frame, xing, xing + 4))) {
    return announcedByXing(frame, xing);
  }
  if (frame.byteLength >= 54 && textAt(frame, 36, 40) === 'VBRI')
    return { frames: frame.getUint32(50), addedSamples: 0 };
  return null;
};

const MAX_STRAY_SHARE = 0.02;
/** Encoders differ in whether they count the announcing frame. */
const UNCERTAIN_FRAMES = 2;

export const inspectMp3 = (bytes: Seekable, span: Span, limits: SoundLimits): Verdict => {
  const walk = walkFrames(bytes, mp3Frames, span);
  if (walk.first === null) return silentFile;
  if (walk.strayBytes > MAX_STRAY_SHARE * (span.end - span.start)) return damaged;
  const announced = announcement(bytes, walk);
  const silent = announced === null ? 0 : 1;
  const frames = walk.frames - silent;
  if (walk.cutShort || (announced?.frames ?? 0) > frames + UNCERTAIN_FRAMES) return cutShort;

  const { samples, sampleRateHz, channels, lengthBytes } = walk.first;
  const codedSeconds = (frames * samples) / sampleRateHz;
  const added = (announced?.addedSamples ?? 0) / sampleRateHz;
  return judged(
    {
      codec: 'MP3',
      contentType: 'audio/mpeg',
      sampleRateHz,
      channels,
      seconds: codedSeconds > added ? codedSeconds - added : codedSeconds,
      bitsPerSecond: (8 * (walk.soundBytes - silent * lengthBytes)) / codedSeconds,
    },
    limits,
  );
};
