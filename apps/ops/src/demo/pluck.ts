import { applyFilter, lowpass } from './filter.ts';
import type { Random } from './random.ts';
import { SAMPLE_RATE_HZ, decayPerFrame, fadeOut, framesIn, mono, type Instrument, type Tone } from './sound.ts';

/** How a string is made and plucked. Decays are times to fall by 60 dB. */
export type PluckedString = {
  /** At 220 Hz; it shortens with the square root of the pitch. */
  readonly decaySeconds: number;
  /** At 4 kHz, whatever the pitch. */
  readonly trebleDecaySeconds: number;
  /** How quickly a finger stops it once the note is over. */
  readonly releaseSeconds: number;
  /** Of the pluck at full velocity: a thumb near 1,500, a pick near 9,000. */
  readonly brightnessHz: number;
  /** Fraction of the string's length at which it is plucked, up to a half. */
  readonly pickPosition: number;
};

const TREBLE_HZ = 4000;

/** The waveguide's one-pole loss filter, its whole delay in frames, and the allpass that makes up the fraction. */
type Loop = { readonly frames: number; readonly gain: number; readonly pole: number; readonly allpass: number };

const decayAt = (hz: number, seconds: number): number => 10 ** (-3 / (hz * seconds));

/** The pole that makes a loop of pitch `hz` lose `fundamental` at its pitch and `treble` at 4 kHz in each round. */
const lossPole = (omega: number, fundamental: number, treble: number): number => {
  const ratio = Math.min(0.999999, (treble / fundamental) ** 2);
  const trebleOmega = (2 * Math.PI * TREBLE_HZ) / SAMPLE_RATE_HZ;
  const middle = (Math.cos(omega) - ratio * Math.cos(trebleOmega)) / (1 - ratio);
  return middle - Math.sqrt(Math.max(0, middle * middle - 1));
};

/** Exact at the fundamental: the phase delays of loss filter, line and allpass add up to one period. */
const tunedLoop = (hz: number, string: PluckedString): Loop => {
  const omega = (2 * Math.PI * hz) / SAMPLE_RATE_HZ;
  const fundamental = decayAt(hz, string.decaySeconds * Math.sqrt(220 / hz));
  const pole = lossPole(omega, fundamental, decayAt(hz, string.trebleDecaySeconds));
  const response = (1 - pole) / Math.sqrt(1 + pole * pole - 2 * pole * Math.cos(omega));
  const lossDelay = Math.atan2(pole * Math.sin(omega), 1 - pole * Math.cos(omega)) / omega;
  const left = SAMPLE_RATE_HZ / hz - lossDelay;
  const frames = Math.floor(left - 0.4);
  const fraction = left - frames;
  const allpass = Math.sin((omega * (1 - fraction)) / 2) / Math.sin((omega * (1 + fraction)) / 2);
  return { frames, gain: Math.min(0.99995, fundamental / response) * (1 - pole), pole, allpass };
};

/** One period of the string's shape as the pluck lets go: a rounded kink and some noise, without DC, of a set power. */
const excitation = (frames: number, string: PluckedString, velocity: number, random: Random): Float32Array => {
  const twice = new Float32Array(frames * 2);
  const kink = Math.max(2, Math.round(frames * 0.08));
  for (let n = 0; n < frames; n += 1) {
    const pulse = n < kink ? 1 - Math.cos((2 * Math.PI * (n + 0.5)) / kink) : 0;
    twice[n] = pulse * 1.2 + (random() * 2 - 1) * 0.8;
    twice[n + frames] = twice[n] ?? 0;
  }
  applyFilter(lowpass(Math.min(16_000, string.brightnessHz * (0.35 + 0.65 * velocity)), 0.6), twice);

  const offset = Math.max(1, Math.round(frames * string.pickPosition));
  const shape = new Float32Array(frames);
  let sum = 0;
  for (let n = 0; n < frames; n += 1) {
    shape[n] = (twice[n + frames] ?? 0) - (twice[n + frames - offset] ?? 0);
    sum += shape[n] ?? 0;
  }
  let power = 0;
  for (let n = 0; n < frames; n += 1) {
    shape[n] = (shape[n] ?? 0) - sum / frames;
    power += (shape[n] ?? 0) ** 2;
  }
  const scale = (0.2 * velocity ** 1.2) / Math.sqrt(power / frames + 1e-12);
  for (let n = 0; n < frames; n += 1) shape[n] = (shape[n] ?? 0) * scale;
  return shape;
};

const ATTACK_FRAMES = 48;

const vibrate = (tone: Tone, string: PluckedString, random: Random): Float32Array => {
  const { frames, gain, pole, allpass } = tunedLoop(tone.frequencyHz, string);
  const line = excitation(frames, string, tone.velocity, random);
  const release = decayPerFrame(string.releaseSeconds);
  const held = framesIn(tone.seconds);
  const out = new Float32Array(held + framesIn(string.releaseSeconds * 0.9));
  let level = 1;
  let loss = 0;
  let before = 0;
  let after = 0;
  let place = 0;
  for (let n = 0; n < out.length; n += 1) {
    const input = line[place] ?? 0;
    loss = gain * input + pole * loss;
    after = allpass * (loss - after) + before;
    before = loss;
    line[place] = after;
    place = place + 1 === frames ? 0 : place + 1;
    if (n >= held) level *= release;
    out[n] = input * level;
  }
  for (let n = 0; n < ATTACK_FRAMES; n += 1) out[n] = ((out[n] ?? 0) * (n + 0.5)) / ATTACK_FRAMES;
  return out;
};

/** An extended Karplus–Strong string (Jaffe and Smith, 1983). */
export const pluckedString =
  (string: PluckedString): Instrument =>
  (tone, random) => {
    const out = vibrate(tone, string, random);
    fadeOut(out, 0.01);
    return mono(out);
  };

/** Two strings for each note, a few cents apart and one on each side: mandolins, twelve-string guitars. */
export const pluckedCourse =
  (string: PluckedString, cents: number): Instrument =>
  (tone, random) => {
    const side = (direction: number): Float32Array => {
      const out = vibrate(
        { ...tone, frequencyHz: tone.frequencyHz * 2 ** ((direction * cents) / 2400) },
        string,
        random,
      );
      fadeOut(out, 0.01);
      return out;
    };
    const low = side(-1);
    const high = side(1);
    const left = new Float32Array(Math.max(low.length, high.length));
    const right = new Float32Array(left.length);
    for (let n = 0; n < left.length; n += 1) {
      left[n] = 0.65 * (low[n] ?? 0) + 0.35 * (high[n] ?? 0);
      right[n] = 0.35 * (low[n] ?? 0) + 0.65 * (high[n] ?? 0);
    }
    return { left, right };
  };
