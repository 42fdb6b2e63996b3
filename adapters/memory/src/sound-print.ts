import type { Fingerprint } from '@backline/core/catalog';
import type { Pcm } from './pcm.ts';

/** Items come as often as Chromaprint's: every 1,365 of 11,025 samples, of frames of three times as many. */
const ITEM_SECONDS = 1_365 / 11_025;
const FRAME_ITEMS = 3;

/** Between 300 and 2,000 Hz, one more than an item has bits. */
const BANDS = 33;
const LOWEST_HZ = 300;
const HIGHEST_HZ = 2_000;

/** Less of the energy is what rounding leaves. */
const HEARD = 1e-3;

/**
 * Haitsma and Kalker's bits (A Highly Robust Audio Fingerprinting System, ISMIR 2002): whether the energy falls more from
 * one band to the next than it did a moment ago.
 */
export const soundPrintOf = (pcm: Pcm, maxMs: number): Fingerprint => {
  const mono = monoOf(pcm, maxMs);
  const hop = Math.round(ITEM_SECONDS * pcm.rateHz);
  const frames = Math.max(0, Math.floor(mono.length / hop) - FRAME_ITEMS + 1);
  const energies = Array.from({ length: frames }, (_, frame) =>
    bandsOf(mono.subarray(frame * hop, (frame + FRAME_ITEMS) * hop), pcm.rateHz),
  );
  return energies.slice(1).map((now, index) => itemOf(now, energies[index] ?? now));
};

const monoOf = ({ samples, channels, rateHz }: Pcm, maxMs: number): Float64Array =>
  Float64Array.from({ length: Math.min(samples.length / channels, (maxMs * rateHz) / 1_000) }, (_, frame) =>
    samples.subarray(frame * channels, (frame + 1) * channels).reduce((sum, sample) => sum + sample, 0),
  );

/** Each band's share of the energy. */
const bandsOf = (frame: Float64Array, rateHz: number): readonly number[] => {
  const energies = Array.from({ length: BANDS }, (_, band) =>
    goertzel(frame, (LOWEST_HZ * (HIGHEST_HZ / LOWEST_HZ) ** (band / (BANDS - 1))) / rateHz),
  );
  const all = energies.reduce((sum, energy) => sum + energy, 0);
  return energies.map((energy) => (all === 0 ? 0 : energy / all));
};

/** The energy at a frequency, given as a share of the rate. */
const goertzel = (frame: Float64Array, frequency: number): number => {
  const turn = 2 * Math.cos(2 * Math.PI * frequency);
  let [last, before] = [0, 0];
  for (const sample of frame) [last, before] = [sample + turn * last - before, last];
  return last * last + before * before - turn * last * before;
};

const itemOf = (now: readonly number[], before: readonly number[]): number => {
  let item = 0;
  for (let band = 0; band + 1 < BANDS; band += 1) {
    const falls = (of: readonly number[]): number => (of[band] ?? 0) - (of[band + 1] ?? 0);
    item = (item << 1) | (falls(now) - falls(before) > HEARD ? 1 : 0);
  }
  return item >>> 0;
};
