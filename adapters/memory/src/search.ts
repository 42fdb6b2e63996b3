/** Shorter words have too many neighbours for a typo to be told from another word. */
const MIN_LENGTH_FOR_TYPOS = 4;

/**
 * How well the text answers the query: 0 where a word of the query is not in it, not even with one letter wrong,
 * missing, too many, or swapped with its neighbour.
 */
export const relevance = (query: string, text: string): number => {
  const words = wordsOf(text);
  const scores = wordsOf(query).map((sought) => Math.max(0, ...words.map((word) => likeness(sought, word))));
  return scores.includes(0) ? 0 : scores.reduce((total, score) => total + score, 0);
};

const wordsOf = (text: string): readonly string[] => text.toLowerCase().match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];

const likeness = (sought: string, word: string): number => {
  if (sought === word) return 3;
  if (word.startsWith(sought)) return 2;
  return sought.length >= MIN_LENGTH_FOR_TYPOS && isOneTypoFrom([...sought], [...word]) ? 1 : 0;
};

const isOneTypoFrom = (a: readonly string[], b: readonly string[]): boolean => {
  const shorter = Math.min(a.length, b.length);
  let start = 0;
  while (start < shorter && a[start] === b[start]) start += 1;
  let end = 0;
  while (end < shorter - start && a.at(-1 - end) === b.at(-1 - end)) end += 1;

  const left = a.slice(start, a.length - end);
  const right = b.slice(start, b.length - end);
  if (left.length <= 1 && right.length <= 1) return true;
  return left.length === 2 && right.length === 2 && left[0] === right[1] && left[1] === right[0];
};
