import type { Random } from './random.ts';
import { fadeIn, fadeOut, framesIn, type Instrument } from './sound.ts';
import { TABLE_SIZE, cents, readTable, stepOf, wavetable } from './wavetable.ts';

export type Pad = {
  readonly attackSeconds: number;
  readonly releaseSeconds: number;
  /** How fast harmonics fall: the level of the nth is n to the minus this. */
  readonly slope: number;
  readonly ceilingHz: number;
  readonly detuneCents: number;
};

const ensemble = (
  table: Float32Array,
  steps: readonly [number, number],
  frames: number,
  gain: number,
  random: Random,
): Float32Array => {
  const out = new Float32Array(frames);
  const [stepA, stepB] = steps;
  let a = random() * TABLE_SIZE;
  let b = random() * TABLE_SIZE;
  for (let n = 0; n < frames; n += 1) {
    out[n] = gain * (readTable(table, a) + readTable(table, b));
    a += stepA;
    if (a >= TABLE_SIZE) a -= TABLE_SIZE;
    b += stepB;
    if (b >= TABLE_SIZE) b -= TABLE_SIZE;
  }
  return out;
};

/** Sustained and wide: four detuned voices, two on each side, swelling in and out. */
export const softPad =
  (pad: Pad): Instrument =>
  ({ frequencyHz, seconds, velocity }, random) => {
    const table = wavetable(frequencyHz, pad.ceilingHz, (harmonic) => harmonic ** -pad.slope);
    const frames = framesIn(seconds + pad.releaseSeconds);
    const side = (near: number, far: number): Float32Array => {
      const steps = [
        stepOf(frequencyHz * cents(near * pad.detuneCents)),
        stepOf(frequencyHz * cents(far * pad.detuneCents)),
      ] as const;
      const out = ensemble(table, steps, frames, 0.1 * velocity, random);
      fadeIn(out, Math.min(pad.attackSeconds, seconds));
      fadeOut(out, pad.releaseSeconds);
      return out;
    };
    return { left: side(-1, 0.6), right: side(1, -0.4) };
  };
