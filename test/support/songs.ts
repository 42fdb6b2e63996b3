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
