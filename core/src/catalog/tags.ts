const MAX_TAGS = 20;
const MAX_TAG_LENGTH = 50;

/** Trimmed, lower-cased, without doubles or blanks, in the order given. */
export const cleanTags = (tags: readonly string[]): readonly string[] =>
  [...new Set(tags.map((tag) => tag.trim().toLowerCase()))]
    .filter((tag) => tag !== '' && tag.length <= MAX_TAG_LENGTH)
    .slice(0, MAX_TAGS);
