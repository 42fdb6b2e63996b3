import { type BadCursor, type Page, type PageRequest, type Result, err, ok } from '@backline/core/kernel';

/** The last row's sort keys, under the list's name so that no other list takes it for its own. */
type Keys = readonly (string | number)[];

type Kind = keyof typeof FITS;

/** The years that PostgreSQL and an RFC 3339 text have in common. */
const EARLIEST_MS = Date.parse('0001-01-01T00:00:00Z');
const LATEST_MS = Date.parse('9999-12-31T00:00:00Z');

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** What a key may be, so that no statement stumbles over it. */
const FITS = {
  text: (key: unknown) => typeof key === 'string' && !key.includes('\0') && key.isWellFormed(),
  integer: (key: unknown) => Number.isSafeInteger(key),
  instant: (key: unknown) =>
    typeof key === 'number' && Number.isSafeInteger(key) && key >= EARLIEST_MS && key <= LATEST_MS,
  uuid: (key: unknown) => typeof key === 'string' && UUID.test(key),
} as const;

export const writeCursor = (list: string, keys: Keys): string => JSON.stringify([list, ...keys]);

/** @returns null for the first page */
export const readCursor = (
  list: string,
  kinds: readonly Kind[],
  text: string | null,
): Result<Keys | null, BadCursor> => {
  if (text === null) return ok(null);
  const [name, ...keys] = parseArray(text) ?? [];
  const fits = name === list && keys.length === kinds.length && kinds.every((kind, index) => FITS[kind](keys[index]));
  return fits ? ok(keys as Keys) : err({ code: 'bad_cursor' });
};

const parseArray = (text: string): unknown[] | null => {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
};

/** Of `limit + 1` rows that were asked for, a page of at most `limit`. */
export const pageOf = <Row, T>(
  rows: readonly Row[],
  { limit }: PageRequest,
  view: (row: Row) => T,
  cursorAfter: (row: Row) => string,
): Page<T> => {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return { items: shown.map(view), next: rows.length > limit && last !== undefined ? cursorAfter(last) : null };
};
