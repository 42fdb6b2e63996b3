import type { Fingerprint } from '@backline/core/catalog';
import { randomFrom } from './audio/bytes.ts';

/** A minute of sound that no other number gives. */
export const soundOf = (number: number, length = 484): Fingerprint => {
  const next = randomFrom(number);
  return Array.from({ length }, () => Math.floor(next() * 2 ** 32));
};

/** As it sounds when it is coded again: of each item's 32 bits some are others. */
export const recoded = (fingerprint: Fingerprint, bits: number, seed = 1): Fingerprint => {
  const next = randomFrom(seed);
  return fingerprint.map((item) => {
    let changed = item;
    for (let bit = 0; bit < bits; bit += 1) changed ^= 1 << Math.floor(next() * 32);
    return changed >>> 0;
  });
};
