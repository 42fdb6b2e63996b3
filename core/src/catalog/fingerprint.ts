/**
 * What a recording sounds like: a number for each 0.124 s of its first ten minutes, as Chromaprint's algorithm 1 makes
 * them. Of the 32 bits few change when it is coded again. Empty for what is too short to tell.
 */
export type Fingerprint = readonly number[];

export const FINGERPRINT_MS = 600_000;

/** About two seconds. */
const BLOCK = 16;

/**
 * Of 83 pieces of Debian's supertux-data, wesnoth-1.16-music and frozen-bubble-data at most 18 % of the blocks of one
 * are so near to another's; of copies that were cut, delayed, equalised and coded at 32 to 128 kbit/s, over 95 % are.
 * Blocks of unlike sound differ in half of their bits.
 */
const MOST_DIFFERENT_BITS = BLOCK * 8;

/** As long as that, of the shorter of the two, and at least so many blocks, that sound in so many ways. */
const SAME_SHARE = 0.5;
const FEWEST_BLOCKS = 3;
const FEWEST_SOUNDS = 24;

/** Whether the two have most of one of them in common, wherever it begins in either. */
export const isSameRecording = (one: Fingerprint, other: Fingerprint): boolean => {
  const offset = likeliestOffset(one, other);
  if (offset === null) return false;
  const same = sameBlocks(one, other, offset);
  const enough = Math.max(FEWEST_BLOCKS * BLOCK, SAME_SHARE * Math.min(one.length, other.length));
  return same.length >= enough && new Set(same).size >= FEWEST_SOUNDS;
};

/** A quarter of its numbers, chosen by what they are: of a copy mostly the same are chosen. */
export const searchTerms = (fingerprint: Fingerprint): readonly number[] => [
  ...new Set(fingerprint.filter((item) => Math.imul(item, 0x9e37_79b1) >>> 30 === 0)),
];

/** Its upper half changes least. */
const ROUGHLY = 16;

/** What sounds the same all along, as silence does, says nothing of where it is. */
const MOST_PLACES = 40;

/** How much earlier what is the same comes in the one than in the other, in items; null where nothing is. */
const likeliestOffset = (one: Fingerprint, other: Fingerprint): number | null => {
  const places = Map.groupBy(one.keys(), (place) => (one[place] ?? 0) >>> ROUGHLY);
  const votes = new Map<number, number>();
  for (const [place, item] of other.entries()) {
    const alike = places.get(item >>> ROUGHLY) ?? [];
    if (alike.length > MOST_PLACES) continue;
    for (const before of alike) votes.set(place - before, (votes.get(place - before) ?? 0) + 1);
  }
  const [likeliest] = [...votes].sort(([, a], [, b]) => b - a);
  return likeliest?.[0] ?? null;
};

/** The items of the one in the blocks that are as in the other. */
const sameBlocks = (one: Fingerprint, other: Fingerprint, offset: number): readonly number[] => {
  const from = Math.max(0, -offset);
  const blocks = Math.floor((Math.min(one.length, other.length - offset) - from) / BLOCK);
  return Array.from({ length: Math.max(0, blocks) }, (_, block) => from + block * BLOCK).flatMap((start) => {
    const items = one.slice(start, start + BLOCK);
    const different = items.reduce((sum, item, index) => sum + bitsOf(item ^ (other[start + index + offset] ?? 0)), 0);
    return different <= MOST_DIFFERENT_BITS ? items : [];
  });
};

/** How many bits are set, of 32. */
const bitsOf = (item: number): number => {
  const pairs = item - ((item >>> 1) & 0x5555_5555);
  const nibbles = (pairs & 0x3333_3333) + ((pairs >>> 2) & 0x3333_3333);
  return Math.imul((nibbles + (nibbles >>> 4)) & 0x0f0f_0f0f, 0x0101_0101) >>> 24;
};
