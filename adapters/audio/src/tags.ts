import type { EmbeddedTags } from '@backline/core/catalog';
import { type Day, day } from '@backline/core/kernel';
import { type IAudioMetadata, parseFromTokenizer } from 'music-metadata';
import { randomAccess } from './random-access.ts';
import type { Seekable } from './seekable.ts';

const MAX_TITLE_LENGTH = 200;
const MAX_GENRE_LENGTH = 50;
/** No recording is older: Scott de Martinville's of April 1860. */
const FIRST_YEAR = 1860;

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Text that a program wrote as UTF-8 where the format says Latin-1, or leaves it open, as RIFF does. */
const repaired = (text: string): string => {
  if (!/[\u0080-\u00ff]/.test(text) || /[\u{100}-\u{10ffff}]/u.test(text)) return text;
  try {
    return utf8.decode(Uint8Array.from(text, (character) => character.charCodeAt(0)));
  } catch {
    return text;
  }
};

/** Undefined when nothing is left. */
export const cleanText = (text: string | undefined, maxLength: number): string | undefined => {
  if (text === undefined) return undefined;
  const legible = repaired(text)
    .replace(/[\t\n\r]+/g, ' ')
    .replace(/[\p{Cc}\p{Cs}]/gu, '')
    .trim();
  const capped = legible
    ?.slice(0, maxLength)
    .replace(/\p{Cs}/gu, '')
    .trim();
  return capped === '' ? undefined : capped;
};

/** From `YYYY`, `YYYY-MM` or `YYYY-MM-DD`, whatever follows; undefined when that is no day of the calendar. */
export const releaseDay = (text: string | undefined): Day | undefined => {
  const [, year, month = '01', date = '01'] = /^\s*(\d{4})(?:-(\d\d)(?:-(\d\d))?)?(?!\d)/.exec(text ?? '') ?? [];
  if (year === undefined || Number(year) < FIRST_YEAR) return undefined;
  const at = new Date(`${year}-${month}-${date}T00:00:00Z`);
  const written = `${year}-${month}-${date}`;
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(written) ? day(written) : undefined;
};

const embedded = ({ common }: IAudioMetadata): EmbeddedTags => {
  const title = cleanText(common.title, MAX_TITLE_LENGTH);
  const genre = cleanText(common.genre?.[0], MAX_GENRE_LENGTH);
  const releasedOn = releaseDay(common.date ?? common.year?.toString());
  return {
    ...(title === undefined ? {} : { title }),
    ...(genre === undefined ? {} : { genre }),
    ...(releasedOn === undefined ? {} : { releasedOn }),
  };
};

/** What the file says of itself. Tags that cannot be read say nothing: its sound has been judged without them. */
export const readTags = async (bytes: Seekable, contentType: string): Promise<EmbeddedTags> => {
  try {
    return embedded(await parseFromTokenizer(randomAccess(bytes, contentType), { skipCovers: true, duration: false }));
  } catch {
    return {};
  }
};
