import { type BadCursor, type Page, type PageRequest, type Result, err, ok } from '@backline/core/kernel';

type PageQuery = { readonly limit: number; readonly cursor?: string };

/** Opaque to clients: the list's own text in base64url. */
export const pageRequest = ({ limit, cursor }: PageQuery): Result<PageRequest, BadCursor> => {
  if (cursor === undefined) return ok({ limit, after: null });
  const after = Buffer.from(cursor, 'base64url').toString('utf8');
  return after !== '' && cursorText(after) === cursor ? ok({ limit, after }) : err({ code: 'bad_cursor' });
};

export const pageWire = <T, Wire>(
  page: Page<T>,
  wire: (item: T) => Wire,
): { readonly items: Wire[]; readonly nextCursor: string | null } => ({
  items: page.items.map(wire),
  nextCursor: page.next === null ? null : cursorText(page.next),
});

const cursorText = (next: string): string => Buffer.from(next, 'utf8').toString('base64url');
