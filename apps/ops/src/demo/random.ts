/** Uniform in [0, 1); each call draws the next number of one seeded sequence. */
export type Random = () => number;

/** The same seed gives the same sequence on every machine: a counter in 32 bits, mixed. */
export const seededRandom = (seed: number): Random => {
  let state = seed | 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 0x1_0000_0000;
  };
};

/** Bell-shaped around 0, never beyond ±1: small errors are common, large ones rare. */
export const wobble = (random: Random): number => ((random() + random() + random()) * 2) / 3 - 1;
