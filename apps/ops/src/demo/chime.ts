import { SAMPLE_RATE_HZ, decayPerFrame, fadeOut, framesIn, mono, type Instrument } from './sound.ts';

/** One mode of a struck body; its decay is a time to fall by 60 dB at middle C, shorter above. */
export type Mode = { readonly ratio: number; readonly level: number; readonly decaySeconds: number };

const MIDDLE_C_HZ = 261.63;

/** A struck bar, bell or tongue as a sum of decaying modes; harder strokes wake the higher ones. */
export const struckModes =
  (modes: readonly Mode[], releaseSeconds: number): Instrument =>
  ({ frequencyHz, seconds, velocity }) => {
    const frames = framesIn(seconds + releaseSeconds);
    const out = new Float32Array(frames);
    const shortening = Math.sqrt(MIDDLE_C_HZ / frequencyHz);
    for (const mode of modes) {
      const hz = frequencyHz * mode.ratio;
      if (hz > 16_000) continue;
      const omega = (2 * Math.PI * hz) / SAMPLE_RATE_HZ;
      const decay = decayPerFrame(mode.decaySeconds * shortening);
      const turn = 2 * decay * Math.cos(omega);
      const shrink = decay * decay;
      let last = 0;
      let now = mode.level * 0.35 * velocity ** (mode.ratio > 1.5 ? 1.8 : 1.1) * Math.sin(omega);
      for (let n = 1; n < frames; n += 1) {
        out[n] = (out[n] ?? 0) + now;
        const next = turn * now - shrink * last;
        last = now;
        now = next;
      }
    }
    fadeOut(out, releaseSeconds);
    return mono(out);
  };

export const vibraphone = struckModes(
  [
    { ratio: 1, level: 1, decaySeconds: 4 },
    { ratio: 3.99, level: 0.22, decaySeconds: 1.4 },
    { ratio: 9.8, level: 0.06, decaySeconds: 0.3 },
  ],
  0.35,
);

export const glassBell = struckModes(
  [
    { ratio: 1, level: 1, decaySeconds: 5 },
    { ratio: 2.003, level: 0.35, decaySeconds: 3.4 },
    { ratio: 3.01, level: 0.16, decaySeconds: 1.8 },
    { ratio: 5.02, level: 0.09, decaySeconds: 0.9 },
    { ratio: 8.1, level: 0.04, decaySeconds: 0.35 },
  ],
  1.2,
);

export const kalimba = struckModes(
  [
    { ratio: 1, level: 1, decaySeconds: 1.7 },
    { ratio: 2.01, level: 0.12, decaySeconds: 0.8 },
    { ratio: 5.4, level: 0.12, decaySeconds: 0.16 },
  ],
  0.3,
);
