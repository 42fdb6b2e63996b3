import { seededRandom } from './random.ts';
import type { Stereo } from './sound.ts';

export type WavTags = {
  readonly title: string;
  readonly artist: string;
  readonly genre: string;
  /** YYYY-MM-DD */
  readonly releasedOn: string;
};

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

const concatenated = (pieces: readonly Uint8Array[]): Uint8Array => {
  const joined = new Uint8Array(pieces.reduce((length, piece) => length + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    joined.set(piece, at);
    at += piece.length;
  }
  return joined;
};

/** ID3v2.4 counts in seven bits a byte. */
const synchsafe = (count: number): Uint8Array =>
  Uint8Array.of((count >> 21) & 127, (count >> 14) & 127, (count >> 7) & 127, count & 127);

const UTF8_ENCODING = 3;

const textFrame = (id: string, text: string): Uint8Array => {
  const content = utf8(text);
  return concatenated([utf8(id), synchsafe(content.length + 1), Uint8Array.of(0, 0, UTF8_ENCODING), content]);
};

const id3 = ({ title, artist, genre, releasedOn }: WavTags): Uint8Array => {
  const frames = concatenated([
    textFrame('TIT2', title),
    textFrame('TPE1', artist),
    textFrame('TCON', genre),
    textFrame('TDRC', releasedOn),
  ]);
  return concatenated([utf8('ID3'), Uint8Array.of(4, 0, 0), synchsafe(frames.length), frames]);
};

/** RIFF keeps chunks at even offsets; the pad byte isn't counted. */
const chunk = (id: string, content: Uint8Array): Uint8Array => {
  const whole = new Uint8Array(8 + content.length + (content.length % 2));
  whole.set(utf8(id));
  new DataView(whole.buffer).setUint32(4, content.length, true);
  whole.set(content, 8);
  return whole;
};

const CHANNELS = 2;
const BYTES_PER_SAMPLE = 2;
const PCM = 1;

const format = (sampleRateHz: number): Uint8Array => {
  const content = new DataView(new ArrayBuffer(16));
  content.setUint16(0, PCM, true);
  content.setUint16(2, CHANNELS, true);
  content.setUint32(4, sampleRateHz, true);
  content.setUint32(8, sampleRateHz * CHANNELS * BYTES_PER_SAMPLE, true);
  content.setUint16(12, CHANNELS * BYTES_PER_SAMPLE, true);
  content.setUint16(14, BYTES_PER_SAMPLE * 8, true);
  return new Uint8Array(content.buffer);
};

const DITHER_SEED = 0x5eed;
const FULL_SCALE = 32_767;

const step = (sample: number): number => Math.max(-FULL_SCALE, Math.min(FULL_SCALE, Math.round(sample)));

/**
 * To 16 bits, with triangular dither of one step either way, so that quiet tails fade into noise and don't break up.
 * Each error is the difference of two successive numbers, which moves the noise up where ears hear less.
 */
const quantised = ({ left, right }: Stereo): Uint8Array => {
  const random = seededRandom(DITHER_SEED);
  const content = new DataView(new ArrayBuffer(left.length * CHANNELS * BYTES_PER_SAMPLE));
  let lastLeft = random();
  let lastRight = random();
  for (let n = 0; n < left.length; n += 1) {
    const nextLeft = random();
    const nextRight = random();
    content.setInt16(n * 4, step((left[n] ?? 0) * FULL_SCALE + nextLeft - lastLeft), true);
    content.setInt16(n * 4 + 2, step((right[n] ?? 0) * FULL_SCALE + nextRight - lastRight), true);
    lastLeft = nextLeft;
    lastRight = nextRight;
  }
  return new Uint8Array(content.buffer);
};

/** A RIFF WAVE file of 16-bit stereo PCM, with its tags as ID3v2.4 ahead of the sound. */
export const encodeWav = (samples: Stereo, sampleRateHz: number, tags: WavTags): Uint8Array =>
  chunk(
    'RIFF',
    concatenated([
      utf8('WAVE'),
      chunk('fmt ', format(sampleRateHz)),
      chunk('id3 ', id3(tags)),
      chunk('data', quantised(samples)),
    ]),
  );
