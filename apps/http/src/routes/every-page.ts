import { type BadCursor, type Page, type PageRequest, type Result, invariant } from '@backline/core/kernel';

const PAGE_SIZE = 100;

/** All items of a list, page by page, so that no more than one page is held here. */
export const everyPage = async function* <T>(
  read: (page: PageRequest) => Promise<Result<Page<T>, BadCursor>>,
): AsyncGenerator<T> {
  let after: string | null = null;
  do {
    const page: Result<Page<T>, BadCursor> = await read({ limit: PAGE_SIZE, after });
    invariant(page.ok, 'a list takes its own cursors');
    yield* page.value.items;
    after = page.value.next;
  } while (after !== null);
};

/** The items as they are told, one after the other. */
export const collected = async <T, Wire>(items: AsyncIterable<T>, wire: (item: T) => Wire): Promise<Wire[]> => {
  const all: Wire[] = [];
  for await (const item of items) all.push(wire(item));
  return all;
};
