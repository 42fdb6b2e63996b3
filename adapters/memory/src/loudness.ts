import type { Pcm } from './pcm.ts';

/** Of a second order, for the sample before last and the last: ITU-R BS.1770-4's two, from their analogue prototypes. */
type Biquad = { readonly b: readonly [number, number, number]; readonly a: readonly [number, number] };

const shelf = (rateHz: number): Biquad => {
  const k = Math.tan((Math.PI * 1_681.974450955533) / rateHz);
  const q = 0.7071752369554196;
  const high = 10 ** (3.999843853973347 / 20);
  const band = high ** 0.4996667741545416;
  const norm = 1 + k / q + k * k;
  return {
    b: [(high + (band * k) / q + k * k) / norm, (2 * (k * k - high)) / norm, (high - (band * k) / q + k * k) / norm],
    a: [(2 * (k * k - 1)) / norm, (1 - k / q + k * k) / norm],
  };
};

const highPass = (rateHz: number): Biquad => {
  const k = Math.tan((Math.PI * 38.13547087602444) / rateHz);
  const q = 0.5003270373238773;
  const norm = 1 + k / q + k * k;
  return { b: [1, -2, 1], a: [(2 * (k * k - 1)) / norm, (1 - k / q + k * k) / norm] };
};

const filtered = (samples: Float64Array, { b: [b0, b1, b2], a: [a1, a2] }: Biquad): Float64Array => {
  let [x1, x2, y1, y2] = [0, 0, 0, 0];
  return samples.map((x) => {
    const y = b0 * x + b1 * x1 + b2 * x2 - a1 * y1 - a2 * y2;
    [x1, x2, y1, y2] = [x, x1, y, y1];
    return y;
  });
};

const HOPS_IN_BLOCK = 4;
const HOPS_A_SECOND = 10;
const ABSOLUTE_GATE = -70;
const RELATIVE_GATE = -10;

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const toLufs = (power: number): number => -0.691 + 10 * Math.log10(power);

const channelOf = ({ samples, channels }: Pcm, channel: number): Float64Array =>
  Float64Array.from({ length: samples.length / channels }, (_, frame) => samples[frame * channels + channel] ?? 0);

/** The power of each 100 ms, channels together. */
const hopPowers = (pcm: Pcm): readonly number[] => {
  const hop = Math.floor(pcm.rateHz / HOPS_A_SECOND);
  const channels = Array.from({ length: pcm.channels }, (_, channel) =>
    filtered(filtered(channelOf(pcm, channel), shelf(pcm.rateHz)), highPass(pcm.rateHz)),
  );
  return Array.from({ length: Math.floor((channels[0]?.length ?? 0) / hop) }, (_, index) =>
    channels.reduce(
      (sum, channel) => sum + mean([...channel.subarray(index * hop, (index + 1) * hop)].map((x) => x * x)),
      0,
    ),
  );
};

export type PcmLoudness = {
  /** Null for silence. */
  readonly integratedLufs: number | null;
  /** Momentary, of each 100 ms with the three before it. */
  readonly momentaryPowers: readonly number[];
};

/** Stereo at most: surround channels would weigh more. */
export const loudnessOf = (pcm: Pcm): PcmLoudness => {
  const hops = hopPowers(pcm);
  const momentaryPowers = hops.map((_, index) => mean(hops.slice(Math.max(0, index - HOPS_IN_BLOCK + 1), index + 1)));
  const blocks = momentaryPowers.slice(HOPS_IN_BLOCK - 1).filter((power) => toLufs(power) > ABSOLUTE_GATE);
  if (blocks.length === 0) return { integratedLufs: null, momentaryPowers };
  const gate = toLufs(mean(blocks)) + RELATIVE_GATE;
  return { integratedLufs: toLufs(mean(blocks.filter((power) => toLufs(power) > gate))), momentaryPowers };
};
