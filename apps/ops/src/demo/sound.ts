import type { Random } from './random.ts';

export const SAMPLE_RATE_HZ = 44_100;

/** Two channels of equal length, full scale at ±1. One array may stand for both. */
export type Stereo = { readonly left: Float32Array; readonly right: Float32Array };

/** What an instrument is asked to play; `seconds` runs from attack to release, and the sound may ring on. */
export type Tone = { readonly frequencyHz: number; readonly seconds: number; readonly velocity: number };

/** Renders one note from its attack to silence. Velocity runs from 0 to 1; drums ignore the pitch. */
export type Instrument = (tone: Tone, random: Random) => Stereo;

export const framesIn = (seconds: number): number => Math.max(1, Math.round(seconds * SAMPLE_RATE_HZ));

export const silence = (frames: number): Stereo => ({
  left: new Float32Array(frames),
  right: new Float32Array(frames),
});

export const mono = (samples: Float32Array): Stereo => ({ left: samples, right: samples });

/** The factor by which a sound that loses 60 dB in `seconds` shrinks in one frame. */
export const decayPerFrame = (seconds: number): number => 10 ** (-3 / (seconds * SAMPLE_RATE_HZ));

export const fromDecibels = (decibels: number): number => 10 ** (decibels / 20);

/** From 0 at `place` 0 to 1 at 1, level at both ends. */
const smooth = (place: number): number => place * place * (3 - 2 * place);

/** Shapes the first `seconds` of `samples`, in place, up from zero. */
export const fadeIn = (samples: Float32Array, seconds: number): void => {
  const frames = Math.min(samples.length, framesIn(seconds));
  for (let n = 0; n < frames; n += 1) samples[n] = (samples[n] ?? 0) * smooth(n / frames);
};

/** Shapes the last `seconds` of `samples`, in place, down to zero. */
export const fadeOut = (samples: Float32Array, seconds: number): void => {
  const frames = Math.min(samples.length, framesIn(seconds));
  const last = samples.length - 1;
  for (let n = 0; n < frames; n += 1) samples[last - n] = (samples[last - n] ?? 0) * smooth(n / frames);
};

/** Adds `source` times `gain` into `target` from frame `at` on; what falls outside is dropped. */
export const addInto = (target: Float32Array, source: Float32Array, at: number, gain: number): void => {
  const first = Math.max(0, -at);
  const end = Math.min(source.length, target.length - at);
  for (let n = first; n < end; n += 1) target[at + n] = (target[at + n] ?? 0) + (source[n] ?? 0) * gain;
};
