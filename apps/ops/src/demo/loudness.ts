import { applyFilter, type Filter } from './filter.ts';
import { SAMPLE_RATE_HZ, framesIn, type Stereo } from './sound.ts';

/** ITU-R BS.1770's head filter, from its analogue prototype so that it holds at 44.1 kHz. */
const shelf = (): Filter => {
  const k = Math.tan((Math.PI * 1681.974450955533) / SAMPLE_RATE_HZ);
  const q = 0.7071752369554196;
  const high = 10 ** (3.999843853973347 / 20);
  const band = high ** 0.4996667741545416;
  const a0 = 1 + k / q + k * k;
  return {
    b0: (high + (band * k) / q + k * k) / a0,
    b1: (2 * (k * k - high)) / a0,
    b2: (high - (band * k) / q + k * k) / a0,
    a1: (2 * (k * k - 1)) / a0,
    a2: (1 - k / q + k * k) / a0,
  };
};

/** BS.1770's second filter, which discounts the lowest bass. */
const rumble = (): Filter => {
  const k = Math.tan((Math.PI * 38.13547087602444) / SAMPLE_RATE_HZ);
  const q = 0.5003270373238773;
  const a0 = 1 + k / q + k * k;
  return { b0: 1, b1: -2, b2: 1, a1: (2 * (k * k - 1)) / a0, a2: (1 - k / q + k * k) / a0 };
};

const HOP_SECONDS = 0.1;
const HOPS_IN_BLOCK = 4;

const hopPowers = (channel: Float32Array): readonly number[] => {
  const weighted = channel.slice();
  applyFilter(shelf(), weighted);
  applyFilter(rumble(), weighted);
  const hop = framesIn(HOP_SECONDS);
  const powers: number[] = [];
  for (let start = 0; start + hop <= weighted.length; start += hop) {
    let power = 0;
    for (let n = start; n < start + hop; n += 1) power += (weighted[n] ?? 0) ** 2;
    powers.push(power / hop);
  }
  return powers;
};

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

const toLufs = (power: number): number => -0.691 + 10 * Math.log10(power);

/** Integrated loudness by ITU-R BS.1770-4, gates included; -Infinity for silence. */
export const loudnessLufs = ({ left, right }: Stereo): number => {
  const rightPowers = hopPowers(right);
  const hops = hopPowers(left).map((power, index) => power + (rightPowers[index] ?? 0));
  const blocks = hops
    .slice(HOPS_IN_BLOCK - 1)
    .map((_, index) => mean(hops.slice(index, index + HOPS_IN_BLOCK)))
    .filter((power) => toLufs(power) > -70);
  if (blocks.length === 0) return -Infinity;
  const gate = toLufs(mean(blocks)) - 10;
  return toLufs(mean(blocks.filter((power) => toLufs(power) > gate)));
};
