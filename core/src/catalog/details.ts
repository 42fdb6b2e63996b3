import type { TrackDetails } from './track.ts';

const MAX_TAGS = 20;
const MAX_TAG_LENGTH = 50;

/** As the catalogue keeps them: trimmed, a blank genre as none, tags cleaned. Null where the title is blank. */
export const tidy = ({ title, genre, tags, releasedOn }: TrackDetails): TrackDetails | null =>
  title.trim() === '' ? null : { title: title.trim(), genre: genre?.trim() || null, tags: cleanTags(tags), releasedOn };

/** Trimmed, lower-cased, without doubles or blanks, in the order given. */
const cleanTags = (tags: readonly string[]): readonly string[] =>
  [...new Set(tags.map((tag) => tag.trim().toLowerCase()))]
    .filter((tag) => tag !== '' && tag.length <= MAX_TAG_LENGTH)
    .slice(0, MAX_TAGS);
