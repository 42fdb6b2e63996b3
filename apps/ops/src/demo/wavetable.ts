import { SAMPLE_RATE_HZ } from './sound.ts';

/** A power of two; a table has one entry more, equal to its first, so that interpolation never wraps. */
export const TABLE_SIZE = 2048;

export const SINE: Float32Array = Float32Array.from({ length: TABLE_SIZE + 1 }, (_, n) =>
  Math.sin((2 * Math.PI * n) / TABLE_SIZE),
);

/** One period built from harmonics of `frequencyHz`, none above `ceilingHz`, at a peak near 1. */
export const wavetable = (
  frequencyHz: number,
  ceilingHz: number,
  level: (harmonic: number) => number,
): Float32Array => {
  const table = new Float32Array(TABLE_SIZE + 1);
  const highest = Math.max(1, Math.min(60, Math.floor(ceilingHz / frequencyHz)));
  for (let harmonic = 1; harmonic <= highest; harmonic += 1) {
    const amplitude = level(harmonic);
    if (amplitude === 0) continue;
    for (let n = 0; n <= TABLE_SIZE; n += 1) {
      table[n] = (table[n] ?? 0) + amplitude * (SINE[(n * harmonic) & (TABLE_SIZE - 1)] ?? 0);
    }
  }
  return table;
};

/** The value at `phase`, in entries from 0 up to `TABLE_SIZE`, interpolated linearly. */
export const readTable = (table: Float32Array, phase: number): number => {
  const entry = phase | 0;
  const value = table[entry] ?? 0;
  return value + ((table[entry + 1] ?? 0) - value) * (phase - entry);
};

/** Table entries to move in one frame. */
export const stepOf = (frequencyHz: number): number => (frequencyHz * TABLE_SIZE) / SAMPLE_RATE_HZ;

export const cents = (count: number): number => 2 ** (count / 1200);
