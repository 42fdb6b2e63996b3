import { applyFilter, bandpass, highpass, lowpass, type Filter } from './filter.ts';
import type { Random } from './random.ts';
import { SAMPLE_RATE_HZ, decayPerFrame, fadeOut, framesIn, mono, type Instrument } from './sound.ts';

type Burst = {
  readonly seconds: number;
  /** Time to fall by 60 dB. */
  readonly decaySeconds: number;
  readonly attackSeconds: number;
  readonly filters: readonly Filter[];
};

const noiseBurst = ({ seconds, decaySeconds, attackSeconds, filters }: Burst, random: Random): Float32Array => {
  const out = new Float32Array(framesIn(seconds));
  for (let n = 0; n < out.length; n += 1) out[n] = random() * 2 - 1;
  for (const filter of filters) applyFilter(filter, out);
  const attackFrames = framesIn(attackSeconds);
  const fall = decayPerFrame(decaySeconds);
  let level = 1;
  for (let n = 0; n < out.length; n += 1) {
    out[n] = (out[n] ?? 0) * level * (n < attackFrames ? n / attackFrames : 1);
    if (n >= attackFrames) level *= fall;
  }
  fadeOut(out, seconds * 0.2);
  return out;
};

type Skin = {
  readonly startHz: number;
  readonly restHz: number;
  readonly bendSeconds: number;
  readonly seconds: number;
  readonly decaySeconds: number;
};

/** A membrane: a tone that starts high while the skin is stretched and settles. */
const skin = ({ startHz, restHz, bendSeconds, seconds, decaySeconds }: Skin): Float32Array => {
  const out = new Float32Array(framesIn(seconds));
  const settle = Math.exp(-1 / (bendSeconds * SAMPLE_RATE_HZ));
  const fall = decayPerFrame(decaySeconds);
  let bend = startHz - restHz;
  let level = 1;
  let phase = 0;
  for (let n = 0; n < out.length; n += 1) {
    out[n] = level * Math.sin(phase);
    phase += (2 * Math.PI * (restHz + bend)) / SAMPLE_RATE_HZ;
    bend *= settle;
    level *= fall;
  }
  fadeOut(out, seconds * 0.25);
  return out;
};

type Layer = readonly [samples: Float32Array, gain: number];

const layered = (velocity: number, ...layers: readonly Layer[]): Float32Array => {
  const out = new Float32Array(Math.max(...layers.map(([samples]) => samples.length)));
  for (const [samples, gain] of layers) {
    const scale = gain * velocity ** 1.3;
    for (let n = 0; n < samples.length; n += 1) out[n] = (out[n] ?? 0) + (samples[n] ?? 0) * scale;
  }
  return out;
};

/** Round and short; `restHz` tunes it to the song. */
export const kick =
  (restHz: number): Instrument =>
  ({ velocity }, random) => {
    const body = skin({ startHz: restHz * 3.4, restHz, bendSeconds: 0.028, seconds: 0.42, decaySeconds: 0.5 });
    const beater = noiseBurst(
      { seconds: 0.02, decaySeconds: 0.02, attackSeconds: 0.001, filters: [lowpass(2600)] },
      random,
    );
    return mono(layered(velocity, [body, 0.75], [beater, 0.16 * velocity]));
  };

export const snare: Instrument = ({ velocity }, random) => {
  const low = skin({ startHz: 240, restHz: 182, bendSeconds: 0.015, seconds: 0.16, decaySeconds: 0.2 });
  const high = skin({ startHz: 370, restHz: 331, bendSeconds: 0.01, seconds: 0.1, decaySeconds: 0.12 });
  const wires = noiseBurst(
    { seconds: 0.24, decaySeconds: 0.26, attackSeconds: 0.001, filters: [highpass(1100), lowpass(8500)] },
    random,
  );
  return mono(layered(velocity, [low, 0.3], [high, 0.14], [wires, 0.34]));
};

/** A brush on the snare: a breath of noise rather than a crack. */
export const brush: Instrument = ({ velocity }, random) => {
  const sweep = noiseBurst(
    { seconds: 0.16, decaySeconds: 0.2, attackSeconds: 0.006, filters: [bandpass(3200, 0.5), lowpass(7500)] },
    random,
  );
  const shell = skin({ startHz: 215, restHz: 190, bendSeconds: 0.01, seconds: 0.09, decaySeconds: 0.1 });
  return mono(layered(velocity, [sweep, 0.5], [shell, 0.1 * velocity]));
};

/** A stick laid across the rim. */
export const crossStick: Instrument = ({ velocity }, random) => {
  const wood = skin({ startHz: 830, restHz: 790, bendSeconds: 0.004, seconds: 0.07, decaySeconds: 0.06 });
  const shell = skin({ startHz: 420, restHz: 395, bendSeconds: 0.004, seconds: 0.09, decaySeconds: 0.08 });
  const tick = noiseBurst(
    { seconds: 0.02, decaySeconds: 0.02, attackSeconds: 0.0005, filters: [bandpass(2500, 0.8)] },
    random,
  );
  return mono(layered(velocity, [wood, 0.3], [shell, 0.2], [tick, 0.3]));
};

const cymbal = (seconds: number, random: Random): Float32Array =>
  noiseBurst(
    { seconds, decaySeconds: seconds * 1.1, attackSeconds: 0.0008, filters: [highpass(6500), lowpass(13_000)] },
    random,
  );

export const closedHat: Instrument = ({ velocity }, random) =>
  mono(layered(velocity, [cymbal(0.05 + 0.03 * velocity, random), 0.4]));

export const openHat: Instrument = ({ velocity }, random) => mono(layered(velocity, [cymbal(0.32, random), 0.36]));

export const shaker: Instrument = ({ velocity }, random) => {
  const beads = noiseBurst(
    { seconds: 0.09, decaySeconds: 0.12, attackSeconds: 0.014, filters: [highpass(4200), lowpass(11_000)] },
    random,
  );
  return mono(layered(velocity, [beads, 0.4]));
};

/** A cymbal that swells and washes away, for the start of a section. */
export const wash: Instrument = ({ velocity }, random) => {
  const metal = noiseBurst(
    { seconds: 1.8, decaySeconds: 1.9, attackSeconds: 0.004, filters: [highpass(4000), lowpass(11_500)] },
    random,
  );
  return mono(layered(velocity, [metal, 0.3]));
};
