import { highpass, lowpass, peaking } from './filter.ts';
import { softPad } from './pad.ts';
import { pluckedCourse, pluckedString } from './pluck.ts';
import { synthVoice } from './synth.ts';

export const steelGuitar = pluckedString({
  decaySeconds: 5.5,
  trebleDecaySeconds: 0.55,
  releaseSeconds: 0.12,
  brightnessHz: 5200,
  pickPosition: 0.17,
});

export const nylonGuitar = pluckedString({
  decaySeconds: 3.6,
  trebleDecaySeconds: 0.24,
  releaseSeconds: 0.1,
  brightnessHz: 2600,
  pickPosition: 0.22,
});

export const mutedGuitar = pluckedString({
  decaySeconds: 1.1,
  trebleDecaySeconds: 0.22,
  releaseSeconds: 0.05,
  brightnessHz: 4200,
  pickPosition: 0.12,
});

export const banjo = pluckedString({
  decaySeconds: 1.5,
  trebleDecaySeconds: 0.4,
  releaseSeconds: 0.06,
  brightnessHz: 7000,
  pickPosition: 0.1,
});

export const harp = pluckedString({
  decaySeconds: 4.2,
  trebleDecaySeconds: 0.3,
  releaseSeconds: 0.5,
  brightnessHz: 2400,
  pickPosition: 0.4,
});

export const mandolin = pluckedCourse(
  {
    decaySeconds: 2.6,
    trebleDecaySeconds: 0.45,
    releaseSeconds: 0.08,
    brightnessHz: 6500,
    pickPosition: 0.14,
  },
  5,
);

export const uprightBass = pluckedString({
  decaySeconds: 2.2,
  trebleDecaySeconds: 0.1,
  releaseSeconds: 0.07,
  brightnessHz: 900,
  pickPosition: 0.28,
});

export const electricBass = pluckedString({
  decaySeconds: 4.5,
  trebleDecaySeconds: 0.2,
  releaseSeconds: 0.06,
  brightnessHz: 1500,
  pickPosition: 0.2,
});

export const warmPad = softPad({
  attackSeconds: 0.7,
  releaseSeconds: 0.9,
  slope: 1.7,
  ceilingHz: 3500,
  detuneCents: 7,
});

export const slowPad = softPad({
  attackSeconds: 1.8,
  releaseSeconds: 2.4,
  slope: 2,
  ceilingHz: 2800,
  detuneCents: 6,
});

export const synthBass = synthVoice({
  wave: 'saw',
  cutoffHz: 190,
  sweepOctaves: 2.2,
  sweepSeconds: 0.09,
  resonance: 1,
  attackSeconds: 0.004,
  decaySeconds: 4,
  releaseSeconds: 0.04,
  detuneCents: 4,
  vibratoCents: 0,
});

export const sequencer = synthVoice({
  wave: 'saw',
  cutoffHz: 520,
  sweepOctaves: 2.6,
  sweepSeconds: 0.07,
  resonance: 1.5,
  attackSeconds: 0.003,
  decaySeconds: 0.9,
  releaseSeconds: 0.06,
  detuneCents: 8,
  vibratoCents: 0,
});

export const leadSynth = synthVoice({
  wave: 'square',
  cutoffHz: 1500,
  sweepOctaves: 0.9,
  sweepSeconds: 0.3,
  resonance: 0.9,
  attackSeconds: 0.025,
  decaySeconds: 12,
  releaseSeconds: 0.16,
  detuneCents: 7,
  vibratoCents: 9,
});

/** The air and the top of a guitar's body. */
export const guitarBody = [highpass(75), peaking(108, 3, 3), peaking(215, 2.2, 3), peaking(2800, 0.8, -2)] as const;

export const bassCabinet = [highpass(34), peaking(90, 1, 2), lowpass(2400)] as const;

export const ampCabinet = [highpass(130), peaking(1200, 0.8, 2), lowpass(5200)] as const;
