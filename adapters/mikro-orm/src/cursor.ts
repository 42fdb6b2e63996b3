import { type BadCursor, type Page, type PageRequest, type Result, err, ok } from '@backline/core/kernel';

/** The last row's sort keys, under the list's name so that no other list takes it for its own. */
type Keys = readonly (string | number)[];

export const writeCursor = (list: string, keys: Keys): string => JSON.stringify([list, ...keys]);

/**
 * @param kinds what each key is; numbers are safe integers
 * @returns null for the first page
 */
export const readCursor = (
  list: string,
  kinds: readonly ('string' | 'number')[],
  text: string | null,
): Result<Keys | null, BadCursor> => {
  if (text === null) return ok(null);
  const parsed = parseArray(text);
  const [name, ...keys] = parsed ?? [];
  const fits =
    name === list &&
    keys.length === kinds.length &&
    keys.every((key, index) => typeof key === kinds[index] && (typeof key !== 'number' || Number.isSafeInteger(key)));
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
