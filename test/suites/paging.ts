import { expect } from '@jest/globals';
import { type BadCursor, type Page, type PageRequest, type Result, err } from '@backline/core/kernel';

export type List<T> = (page: PageRequest) => Promise<Result<Page<T>, BadCursor>>;

export const pageFrom = async <T>(list: List<T>, limit: number, after: string | null = null): Promise<Page<T>> => {
  const page = await list({ limit, after });
  if (!page.ok) throw new Error(`${after} is not a cursor of this list`);
  return page.value;
};

/** All pages of the list, each of `limit` items but the last. */
export const pagesOf = async <T>(list: List<T>, limit: number): Promise<readonly (readonly T[])[]> => {
  const pages: (readonly T[])[] = [];
  let after: string | null = null;
  do {
    const page: Page<T> = await pageFrom(list, limit, after);
    pages.push(page.items);
    after = page.next;
  } while (after !== null && pages.length < 1_000);
  return pages;
};

export const everything = async <T>(list: List<T>): Promise<readonly T[]> => (await pageFrom(list, 1_000)).items;

/** In pages of whatever size: each item once, in the list's order, and no empty page at the end. */
export const expectWholePages = async <T>(list: List<T>, count: number): Promise<void> => {
  const whole = await everything(list);
  expect(whole).toHaveLength(count);
  for (const limit of [1, 3, count - 1, count].filter((size) => size > 0)) {
    const pages = await pagesOf(list, limit);
    expect(pages.flat()).toEqual(whole);
    expect(pages).toHaveLength(Math.ceil(count / limit));
  }
};

const NO_CURSORS = [
  '',
  ' ',
  'null',
  '0',
  '[]',
  '{}',
  '""',
  '[1,2]',
  '["tracks"]',
  'nonsense',
  '\0',
  '🎸',
  '['.repeat(9_999),
];

export const expectNoCursorsRefused = async (list: List<unknown>): Promise<void> => {
  for (const after of NO_CURSORS) expect(await list({ limit: 2, after })).toEqual(err({ code: 'bad_cursor' }));
};

/** Changes to a cursor that its maker did not make. */
const MANGLED: readonly ((cursor: string) => string)[] = [
  (cursor) => cursor.slice(0, -1),
  (cursor) => cursor.slice(1),
  (cursor) => cursor + cursor,
  (cursor) => cursor.replaceAll(/\d/g, '9'),
  (cursor) => cursor.replaceAll(/\d{2,}/g, '9007199254740991'),
  (cursor) => cursor.replaceAll(/\d+/g, '9'.repeat(40)),
  (cursor) => cursor.replaceAll(/\d+/g, '-1.5'),
  (cursor) => cursor.replaceAll(/[0-9a-f-]{36}/g, 'nonsense'),
  (cursor) => cursor.replaceAll(/[0-9a-f-]{36}/g, "' or 1=1 --"),
  (cursor) => cursor.replaceAll(/\d+(?=[,\]])/g, 'null'),
  (cursor) => cursor.replaceAll(/"[^"]*"(?=\])/g, '"\\u0000"'),
];

/** A cursor that was tampered with is refused, or gives another page of the list; nothing is thrown. */
export const expectMangledCursorsHarmless = async (list: List<unknown>): Promise<void> => {
  const { next } = await pageFrom(list, 2);
  expect(next).not.toBeNull();
  for (const mangle of MANGLED) {
    const answer = await list({ limit: 2, after: mangle(next!) });
    if (!answer.ok) expect(answer.error).toEqual({ code: 'bad_cursor' });
  }
};
