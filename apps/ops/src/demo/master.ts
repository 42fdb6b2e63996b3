import { applyFilter, highpass } from './filter.ts';
import { loudnessLufs } from './loudness.ts';
import { SAMPLE_RATE_HZ, fadeOut, fromDecibels, type Stereo } from './sound.ts';

const LOUDNESS_LUFS = -14.5;
/** Of samples; the peaks between them stay below -1 dBFS with this margin. */
const CEILING = fromDecibels(-2);
const ATTACK_SECONDS = 0.003;
const RELEASE_SECONDS = 0.12;

/**
 * Turns peaks down to the ceiling, in place, both sides alike. It knows the future: the gain starts to fall before
 * a peak and recovers after it, exponentially, so that no wave is cut.
 */
export const limit = ({ left, right }: Stereo, ceiling: number): void => {
  const frames = left.length;
  const excess = new Float32Array(frames);
  const attack = Math.exp(-1 / (ATTACK_SECONDS * SAMPLE_RATE_HZ));
  const release = Math.exp(-1 / (RELEASE_SECONDS * SAMPLE_RATE_HZ));
  let held = 0;
  for (let n = 0; n < frames; n += 1) {
    const peak = Math.max(Math.abs(left[n] ?? 0), Math.abs(right[n] ?? 0));
    const over = peak > ceiling ? Math.log(peak / ceiling) : 0;
    held = Math.max(over, held * release);
    excess[n] = held;
  }
  held = 0;
  for (let n = frames - 1; n >= 0; n -= 1) {
    held = Math.max(excess[n] ?? 0, held * attack);
    if (held < 1e-5) continue;
    const gain = Math.exp(-held);
    left[n] = (left[n] ?? 0) * gain;
    right[n] = (right[n] ?? 0) * gain;
  }
};

const amplify = (samples: Float32Array, gain: number): void => {
  for (let n = 0; n < samples.length; n += 1) samples[n] = (samples[n] ?? 0) * gain;
};

/** Brings a mix, in place, to the catalogue's loudness without DC or clipping, and its end to silence. */
export const master = (mix: Stereo, fadeSeconds: number): void => {
  for (const channel of [mix.left, mix.right]) {
    applyFilter(highpass(28), channel);
    fadeOut(channel, fadeSeconds);
  }
  const gain = fromDecibels(LOUDNESS_LUFS - loudnessLufs(mix));
  amplify(mix.left, gain);
  amplify(mix.right, gain);
  limit(mix, CEILING);
};
