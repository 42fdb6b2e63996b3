import { SAMPLE_RATE_HZ, decayPerFrame, fadeOut, framesIn, type Instrument } from './sound.ts';
import { SINE, TABLE_SIZE, readTable, stepOf } from './wavetable.ts';

const RADIAN = TABLE_SIZE / (2 * Math.PI);
const TREMOLO_HZ = 4.2;

/**
 * An electric piano: a tone whose phase is bent by another at its own pitch, brighter when struck harder, and the
 * short ring of the tine. Its tremolo moves gently between the sides.
 */
export const electricPiano: Instrument = ({ frequencyHz, seconds, velocity }) => {
  const releaseSeconds = 0.18;
  const frames = framesIn(seconds + releaseSeconds);
  const left = new Float32Array(frames);
  const right = new Float32Array(frames);
  const step = stepOf(frequencyHz);
  const tineStep = stepOf(Math.min(frequencyHz * 7, 12_000));
  const tremoloStep = (TREMOLO_HZ * TABLE_SIZE) / SAMPLE_RATE_HZ;
  const fall = decayPerFrame(5 * Math.sqrt(220 / frequencyHz));
  const dull = decayPerFrame(2.2);
  const tineFall = decayPerFrame(0.35);
  const attackFrames = framesIn(0.004);
  let level = 0.3 * velocity;
  let bend = (0.5 + 1.6 * velocity * velocity) * RADIAN;
  let tine = 0.05 * velocity * velocity;
  let phase = 0;
  let tinePhase = 0;
  let tremolo = 0;
  for (let n = 0; n < frames; n += 1) {
    const bent = phase + bend * readTable(SINE, phase) + TABLE_SIZE * 4;
    const tone = readTable(SINE, bent % TABLE_SIZE);
    const attack = n < attackFrames ? n / attackFrames : 1;
    const sample = attack * (level * tone + tine * readTable(SINE, tinePhase));
    const sway = 0.18 * readTable(SINE, tremolo);
    left[n] = sample * (1 + sway);
    right[n] = sample * (1 - sway);
    level *= fall;
    bend *= dull;
    tine *= tineFall;
    phase += step;
    if (phase >= TABLE_SIZE) phase -= TABLE_SIZE;
    tinePhase += tineStep;
    if (tinePhase >= TABLE_SIZE) tinePhase -= TABLE_SIZE;
    tremolo += tremoloStep;
    if (tremolo >= TABLE_SIZE) tremolo -= TABLE_SIZE;
  }
  fadeOut(left, releaseSeconds);
  fadeOut(right, releaseSeconds);
  return { left, right };
};
