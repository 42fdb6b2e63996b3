/** `after` is a `next` of an earlier page of the same list, or null for the first page. */
export type PageRequest = { readonly limit: number; readonly after: string | null };

/** `next` is null on the last page. Its text means something only to the reader that made it. */
export type Page<T> = { readonly items: readonly T[]; readonly next: string | null };

/** `after` was not made by this list. */
export type BadCursor = { readonly code: 'bad_cursor' };
