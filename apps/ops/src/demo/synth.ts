import { SAMPLE_RATE_HZ, decayPerFrame, fadeOut, framesIn, mono, type Instrument } from './sound.ts';
import { TABLE_SIZE, cents, readTable, stepOf, wavetable } from './wavetable.ts';

/** A subtractive voice: two detuned oscillators into a lowpass whose cutoff falls after the attack. */
export type Synth = {
  readonly wave: 'saw' | 'square';
  readonly cutoffHz: number;
  /** How far above `cutoffHz` the filter starts at full velocity. */
  readonly sweepOctaves: number;
  readonly sweepSeconds: number;
  readonly resonance: number;
  readonly attackSeconds: number;
  /** Time to fall by 60 dB while held. */
  readonly decaySeconds: number;
  readonly releaseSeconds: number;
  readonly detuneCents: number;
  readonly vibratoCents: number;
};

const LEVELS = {
  saw: (harmonic: number): number => 0.6 / harmonic,
  square: (harmonic: number): number => (harmonic % 2 === 1 ? 0.9 / harmonic : 0),
} as const;

/** The filter's and the vibrato's settings change once in so many frames. */
const CONTROL_FRAMES = 32;
const VIBRATO_HZ = 5.1;
const VIBRATO_DELAY_SECONDS = 0.3;

export const synthVoice =
  (synth: Synth): Instrument =>
  ({ frequencyHz, seconds, velocity }, random) => {
    const table = wavetable(frequencyHz, 15_000, LEVELS[synth.wave]);
    const frames = framesIn(seconds + synth.releaseSeconds);
    const out = new Float32Array(frames);
    const attackFrames = framesIn(synth.attackSeconds);
    const fall = decayPerFrame(synth.decaySeconds);
    const detune = cents(synth.detuneCents);
    const damping = 1 / synth.resonance;
    let a = random() * TABLE_SIZE;
    let b = random() * TABLE_SIZE;
    let level = 0.25 * velocity;
    let s1 = 0;
    let s2 = 0;
    for (let start = 0; start < frames; start += CONTROL_FRAMES) {
      const time = start / SAMPLE_RATE_HZ;
      const swept = synth.cutoffHz * 2 ** (synth.sweepOctaves * velocity * Math.exp(-time / synth.sweepSeconds));
      const g = Math.tan((Math.PI * Math.min(swept, 16_000)) / SAMPLE_RATE_HZ);
      const scale = 1 / (1 + g * (g + damping));
      const depth = synth.vibratoCents * Math.min(1, Math.max(0, time - VIBRATO_DELAY_SECONDS) * 3);
      const step = stepOf(frequencyHz * cents(depth * Math.sin(2 * Math.PI * VIBRATO_HZ * time)));
      const end = Math.min(frames, start + CONTROL_FRAMES);
      for (let n = start; n < end; n += 1) {
        const raw = readTable(table, a) + readTable(table, b);
        const band = scale * (s1 + g * (raw - s2));
        const low = s2 + g * band;
        s1 = 2 * band - s1;
        s2 = 2 * low - s2;
        out[n] = low * level * (n < attackFrames ? n / attackFrames : 1);
        level *= fall;
        a += step;
        if (a >= TABLE_SIZE) a -= TABLE_SIZE;
        b += step * detune;
        if (b >= TABLE_SIZE) b -= TABLE_SIZE;
      }
    }
    fadeOut(out, synth.releaseSeconds);
    return mono(out);
  };
