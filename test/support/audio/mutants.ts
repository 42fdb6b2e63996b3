import { concat } from './bytes.ts';

/** The bytes cut off, or some of them gone, doubled, wiped or changed. */
export const mutant = (bytes: Uint8Array, random: () => number): Uint8Array => {
  const upTo = (limit: number): number => Math.floor(random() * limit);
  const changed = bytes.slice();
  const at = upTo(bytes.length);
  const length = upTo(64);
  const kind = upTo(6);
  if (kind === 0) return changed.subarray(0, at);
  if (kind === 1) return concat(changed.subarray(0, at), changed.subarray(at + length));
  if (kind === 2) return concat(changed.subarray(0, at), changed.subarray(at, at + length), changed.subarray(at));
  if (kind === 3) return changed.fill(random() < 0.5 ? 0 : 0xff, at, at + 1 + (length % 8));
  // Headers are where the lengths are.
  const reach = kind === 4 ? bytes.length : Math.min(bytes.length, 300);
  for (let count = 0; count <= length % 8; count += 1) changed[upTo(reach)] = upTo(256);
  return changed;
};
