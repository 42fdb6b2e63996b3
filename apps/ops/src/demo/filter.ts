import { SAMPLE_RATE_HZ } from './sound.ts';

/** A second-order section, normalised so that its leading denominator coefficient is 1. */
export type Filter = {
  readonly b0: number;
  readonly b1: number;
  readonly b2: number;
  readonly a1: number;
  readonly a2: number;
};

type Section = readonly [b0: number, b1: number, b2: number, a0: number, a1: number, a2: number];

const normalised = ([b0, b1, b2, a0, a1, a2]: Section): Filter => ({
  b0: b0 / a0,
  b1: b1 / a0,
  b2: b2 / a0,
  a1: a1 / a0,
  a2: a2 / a0,
});

const angle = (hz: number, q: number): { readonly cos: number; readonly alpha: number } => {
  const omega = (2 * Math.PI * hz) / SAMPLE_RATE_HZ;
  return { cos: Math.cos(omega), alpha: Math.sin(omega) / (2 * q) };
};

export const lowpass = (hz: number, q = Math.SQRT1_2): Filter => {
  const { cos, alpha } = angle(hz, q);
  return normalised([(1 - cos) / 2, 1 - cos, (1 - cos) / 2, 1 + alpha, -2 * cos, 1 - alpha]);
};

export const highpass = (hz: number, q = Math.SQRT1_2): Filter => {
  const { cos, alpha } = angle(hz, q);
  return normalised([(1 + cos) / 2, -1 - cos, (1 + cos) / 2, 1 + alpha, -2 * cos, 1 - alpha]);
};

/** Unity gain at `hz`. */
export const bandpass = (hz: number, q: number): Filter => {
  const { cos, alpha } = angle(hz, q);
  return normalised([alpha, 0, -alpha, 1 + alpha, -2 * cos, 1 - alpha]);
};

/** Raises (or, below 0 dB, lowers) a band around `hz`, leaving the rest alone. */
export const peaking = (hz: number, q: number, decibels: number): Filter => {
  const { cos, alpha } = angle(hz, q);
  const gain = 10 ** (decibels / 40);
  return normalised([1 + alpha * gain, -2 * cos, 1 - alpha * gain, 1 + alpha / gain, -2 * cos, 1 - alpha / gain]);
};

/** Filters in place, from rest. */
export const applyFilter = ({ b0, b1, b2, a1, a2 }: Filter, samples: Float32Array): void => {
  let s1 = 0;
  let s2 = 0;
  for (let n = 0; n < samples.length; n += 1) {
    const input = samples[n] ?? 0;
    const output = b0 * input + s1;
    s1 = b1 * input - a1 * output + s2;
    s2 = b2 * input - a2 * output;
    samples[n] = output;
  }
};
