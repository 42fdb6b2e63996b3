export type Tone = {
  readonly seconds: number;
  /** dBFS, of a sine's crest. */
  readonly level: number;
  readonly rate?: number;
  readonly channels?: number;
  readonly hertz?: number;
};

const SONG = { rate: 48_000, channels: 2 };

/** Samples from -1 to 1, channels interleaved. */
export const toneOf = ({
  seconds,
  level,
  rate = SONG.rate,
  channels = SONG.channels,
  hertz = 997,
}: Tone): Float64Array => {
  const crest = 10 ** (level / 20);
  return Float64Array.from(
    { length: Math.round(seconds * rate) * channels },
    (_, index) => crest * Math.sin((2 * Math.PI * hertz * Math.floor(index / channels)) / rate),
  );
};

export type Tune = {
  readonly seconds: number;
  readonly rate: number;
  /** Another number is another tune. */
  readonly number: number;
  /** dBFS, of each of its six voices. */
  readonly level?: number;
  /** How many seconds of it are left out. */
  readonly from?: number;
};

/** Voices that each glide up and down at a speed of their own; one channel. */
export const tuneOf = ({ seconds, rate, number, level = -24, from = 0 }: Tune): Float64Array => {
  const speeds = Array.from({ length: 6 }, (_, voice) => 0.05 + (((voice * 7 + 1) * number * 0.0137) % 0.4));
  const phases = new Float64Array(speeds.length);
  return Float64Array.from({ length: seconds * rate }, (_, index) => {
    const sum = speeds.reduce((sounding, speed, voice) => {
      const octaves = 1.3 + 1.2 * Math.sin(2 * Math.PI * speed * (index / rate) + voice * number);
      phases[voice] = (phases[voice] ?? 0) + (2 * Math.PI * 300 * 2 ** octaves) / rate;
      return sounding + Math.sin(phases[voice]);
    }, 0);
    return 10 ** (level / 20) * sum;
  }).subarray(from * rate);
};

/** The parts one after another, as WAV of 16 bits. */
export const song = (
  parts: readonly Float64Array[],
  { rate, channels }: { readonly rate: number; readonly channels: number } = SONG,
): Uint8Array => {
  const count = sumOf(parts.map(({ length }) => length));
  const bytes = Buffer.alloc(44 + 2 * count);
  bytes.write('RIFF', 0);
  bytes.writeUInt32LE(bytes.length - 8, 4);
  bytes.write('WAVEfmt ', 8);
  bytes.writeUInt32LE(16, 16);
  bytes.writeUInt16LE(1, 20);
  bytes.writeUInt16LE(channels, 22);
  bytes.writeUInt32LE(rate, 24);
  bytes.writeUInt32LE(rate * channels * 2, 28);
  bytes.writeUInt16LE(channels * 2, 32);
  bytes.writeUInt16LE(16, 34);
  bytes.write('data', 36);
  bytes.writeUInt32LE(2 * count, 40);
  let at = 44;
  for (const part of parts)
    for (const sample of part)
      at = bytes.writeInt16LE(Math.max(-32_768, Math.min(32_767, Math.round(sample * 32_768))), at);
  return bytes;
};

export const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
