import { type BadCursor, type Page, type PageRequest, type Result, err, ok } from '@backline/core/kernel';

/** What a list is ordered by, most significant first; all keys together are unique. */
type SortKey = string | number;
export type SortKeys = readonly SortKey[];

export type Listing<Row, Item> = {
  /** Names the list and its order: another list's cursor is refused. */
  readonly name: string;
  readonly direction: 'ascending' | 'descending';
  /** The same kinds of keys for every row. */
  readonly kinds: readonly ('string' | 'number')[];
  readonly keysOf: (row: Row) => SortKeys;
  readonly view: (row: Row) => Item;
};

/** A page of the rows, which come in any order. */
export const listPage = <Row, Item>(
  { name, direction, kinds, keysOf, view }: Listing<Row, Item>,
  rows: readonly Row[],
  { limit, after }: PageRequest,
): Result<Page<Item>, BadCursor> => {
  const position = after === null ? null : readCursor(name, kinds, after);
  if (after !== null && position === null) return err({ code: 'bad_cursor' });

  const sign = direction === 'ascending' ? 1 : -1;
  const remaining = rows
    .map((row) => ({ row, keys: keysOf(row) }))
    .filter(({ keys }) => position === null || sign * compare(keys, position) > 0)
    .sort((a, b) => sign * compare(a.keys, b.keys));
  const shown = remaining.slice(0, limit);
  const last = shown.at(-1);
  return ok({
    items: shown.map(({ row }) => view(row)),
    next: remaining.length > shown.length && last !== undefined ? writeCursor(name, last.keys) : null,
  });
};

const compare = (a: SortKeys, b: SortKeys): number => {
  for (const [index, left] of a.entries()) {
    const right = b[index];
    if (right === undefined || left === right) continue;
    return left < right ? -1 : 1;
  }
  return 0;
};

const writeCursor = (name: string, keys: SortKeys): string => JSON.stringify([name, ...keys]);

const readCursor = (name: string, kinds: Listing<never, never>['kinds'], text: string): SortKeys | null => {
  const [list, ...keys] = parseArray(text);
  const fits = list === name && keys.length === kinds.length && keys.every((key, index) => typeof key === kinds[index]);
  return fits ? (keys as SortKeys) : null;
};

const parseArray = (text: string): readonly unknown[] => {
  try {
    const parsed: unknown = JSON.parse(text);
    return Array.isArray(parsed) ? parsed : [];
  } catch {
    return [];
  }
};
