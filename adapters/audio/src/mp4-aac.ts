import { AAC_CHANNELS, AAC_RATES_HZ } from './adts.ts';
import { type Box, boxesIn } from './mp4-boxes.ts';

export type AacStream = { readonly sampleRateHz: number; readonly channels: number };

const ES_DESCRIPTOR = 3;
const DECODER_CONFIG = 4;
const DECODER_SPECIFIC = 5;
/** MPEG-4 AAC and the three profiles of MPEG-2 AAC. */
const AAC_OBJECT_TYPES = new Set([0x40, 0x66, 0x67, 0x68]);
const SPECTRAL_BAND_REPLICATION = 5;
const PARAMETRIC_STEREO = 29;

type Descriptor = { readonly tag: number; readonly body: number; readonly end: number };

const descriptorAt = (view: DataView, start: number, end: number): Descriptor | null => {
  if (start + 2 > end) return null;
  let [length, at] = [0, start + 1];
  for (let more = true; more; at += 1) {
    if (at >= end || at > start + 4) return null;
    const byte = view.getUint8(at);
    length = length * 128 + (byte & 0x7f);
    more = byte > 0x7f;
  }
  return at + length > end ? null : { tag: view.getUint8(start), body: at, end: at + length };
};

const bitReader = (view: DataView, start: number, end: number): ((count: number) => number) => {
  let bit = 0;
  return (count) => {
    let value = 0;
    for (let taken = 0; taken < count; taken += 1, bit += 1) {
      const at = start + (bit >> 3);
      value = value * 2 + (at < end ? (view.getUint8(at) >> (7 - (bit & 7))) & 1 : 0);
    }
    return value;
  };
};

/** The AudioSpecificConfig of ISO/IEC 14496-3. */
const specificConfig = (view: DataView, { body, end }: Descriptor): AacStream => {
  const take = bitReader(view, body, end);
  const objectType = (): number => {
    const short = take(5);
    return short === 31 ? 32 + take(6) : short;
  };
  const rate = (): number => {
    const index = take(4);
    return index === 15 ? take(24) : (AAC_RATES_HZ[index] ?? 0);
  };
  const kind = objectType();
  const core = rate();
  const channels = AAC_CHANNELS[take(4)] ?? 0;
  const extended = kind === SPECTRAL_BAND_REPLICATION || kind === PARAMETRIC_STEREO;
  return {
    sampleRateHz: extended ? rate() : core,
    channels: kind === PARAMETRIC_STEREO && channels === 1 ? 2 : channels,
  };
};

const decoderConfig = (view: DataView, box: Box): Descriptor | null => {
  const stream = descriptorAt(view, box.body + 4, box.end);
  if (stream === null || stream.tag !== ES_DESCRIPTOR || stream.body + 3 > stream.end) return null;
  const flags = view.getUint8(stream.body + 2);
  const depends = (flags & 0x80) !== 0 ? 2 : 0;
  const clock = (flags & 0x20) !== 0 ? 2 : 0;
  if ((flags & 0x40) !== 0) return null;
  const config = descriptorAt(view, stream.body + 3 + depends + clock, stream.end);
  return config?.tag === DECODER_CONFIG && config.body + 13 <= config.end ? config : null;
};

/** Of an `esds` box; null when it describes anything but AAC. */
const fromElementaryStream = (view: DataView, box: Box): AacStream | null => {
  const config = decoderConfig(view, box);
  if (config === null || !AAC_OBJECT_TYPES.has(view.getUint8(config.body))) return null;
  const specific = descriptorAt(view, config.body + 13, config.end);
  return specific?.tag === DECODER_SPECIFIC ? specificConfig(view, specific) : null;
};

/** Of a sound track's only sample entry; null for every coding but AAC. */
export const aacStream = (view: DataView, sampleDescription: Box): AacStream | null => {
  const entries = sampleDescription.body + 8;
  const boxes = entries <= sampleDescription.end ? boxesIn(view, entries, sampleDescription.end) : null;
  const entry = boxes?.[0];
  if (boxes?.length !== 1 || entry?.kind !== 'mp4a' || entry.body + 28 > entry.end) return null;
  const inner = boxesIn(view, entry.body + 28, entry.end) ?? [];
  const elementary = inner.find((box) => box.kind === 'esds');
  return elementary === undefined ? null : fromElementaryStream(view, elementary);
};
