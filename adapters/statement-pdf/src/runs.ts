import bidiModule from 'bidi-js';
import type { ChooseFaces, Face, Weight } from './fonts.ts';

/** Drawn from left to right, each in one font and one direction. */
export type Run = { readonly text: string; readonly face: Face };

/** Its types speak of a module with a default export; what is imported is that export itself. */
const bidi = (bidiModule as unknown as typeof bidiModule.default)();

/** What breaks a line, and what only steers the direction of others. */
const BREAKS = /[\p{Cc}\p{Zl}\p{Zp}]+/gu;
const STEERING = /[\u00ad\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g;

/** A line of text in the order in which it is seen (UAX #9). Fonts turn round the letters of what runs to the left. */
export const visualRuns = (line: string, weight: Weight, choose: ChooseFaces): readonly Run[] => {
  const text = line.replace(BREAKS, ' ');
  const { levels } = bidi.getEmbeddingLevels(text, 'auto');
  const mirrored = bidi.getMirroredCharactersMap(text, levels);
  const shown = Array.from({ length: text.length }, (_, at) => mirrored.get(at) ?? text.charAt(at));
  const runs = sameLevel(levels).flatMap(({ from, until, level }) =>
    choose(shown.slice(from, until).join('').replace(STEERING, ''), weight).map((piece) => ({ ...piece, level })),
  );
  return reordered(runs).filter((run) => run.text !== '');
};

const sameLevel = (levels: Uint8Array): readonly { from: number; until: number; level: number }[] => {
  const runs: { from: number; until: number; level: number }[] = [];
  for (const [at, level] of levels.entries()) {
    const last = runs.at(-1);
    if (last?.level === level) last.until = at + 1;
    else runs.push({ from: at, until: at + 1, level });
  }
  return runs;
};

/** UAX #9, L2: from the highest level down to the lowest odd one, what is at it or above is turned round. */
const reordered = <R extends { readonly level: number }>(runs: readonly R[]): readonly R[] => {
  let order = [...runs];
  const highest = Math.max(0, ...runs.map(({ level }) => level));
  for (let level = highest; level > 0; level -= 1) {
    const turned: R[] = [];
    let group: R[] = [];
    for (const run of order) {
      if (run.level >= level) group.push(run);
      else {
        turned.push(...group.toReversed(), run);
        group = [];
      }
    }
    order = [...turned, ...group.toReversed()];
  }
  return order;
};
