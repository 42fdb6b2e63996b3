import { SAMPLE_RATE_HZ, silence, type Stereo } from './sound.ts';

export type Room = {
  /** Time to fall by 60 dB. */
  readonly seconds: number;
  /** 0 leaves the tail bright, towards 1 it darkens. */
  readonly damping: number;
};

/** Mutually prime, so that echoes don't fall on one another. */
const LINE_FRAMES = [1447, 1693, 1931, 2179, 2459, 2719, 2999, 3301] as const;
const LINES = LINE_FRAMES.length;
const SPAN = 4096;

/** An allpass: it smears each attack without colouring it. */
const diffuse = (samples: Float32Array, delay: number, gain: number): void => {
  const line = new Float32Array(delay);
  let place = 0;
  for (let n = 0; n < samples.length; n += 1) {
    const stored = line[place] ?? 0;
    const entering = (samples[n] ?? 0) - gain * stored;
    line[place] = entering;
    samples[n] = stored + gain * entering;
    place = place + 1 === delay ? 0 : place + 1;
  }
};

/** A feedback delay network of eight lines with a Householder matrix; the answer is the reverberation alone. */
export const reverb = (input: Stereo, room: Room): Stereo => {
  const frames = input.left.length;
  const left = input.left.slice();
  const right = input.right.slice();
  for (const [delay, gain] of [
    [241, 0.7],
    [613, 0.65],
  ] as const) {
    diffuse(left, delay, gain);
    diffuse(right, delay + 46, gain);
  }
  const lines = new Float32Array(LINES * SPAN);
  const damped = new Float32Array(LINES);
  const gains = Float32Array.from(LINE_FRAMES, (delay) => 10 ** ((-3 * delay) / (SAMPLE_RATE_HZ * room.seconds)));
  const delays = Int32Array.from(LINE_FRAMES);
  const out = silence(frames);
  for (let n = 0; n < frames; n += 1) {
    let sum = 0;
    let toLeft = 0;
    let toRight = 0;
    for (let line = 0; line < LINES; line += 1) {
      const heard = lines[line * SPAN + ((n - (delays[line] ?? 0)) & (SPAN - 1))] ?? 0;
      const kept = (gains[line] ?? 0) * heard;
      const soft = kept + room.damping * ((damped[line] ?? 0) - kept);
      damped[line] = soft;
      sum += soft;
      const sign = (line & 2) === 0 ? heard : -heard;
      if ((line & 1) === 0) toLeft += sign;
      else toRight += sign;
    }
    const shared = (sum * 2) / LINES;
    for (let line = 0; line < LINES; line += 1) {
      const fed = (line & 1) === 0 ? (left[n] ?? 0) : (right[n] ?? 0);
      lines[line * SPAN + (n & (SPAN - 1))] = (damped[line] ?? 0) - shared + fed * 0.4;
    }
    out.left[n] = toLeft * 0.5;
    out.right[n] = toRight * 0.5;
  }
  return out;
};
