import { invalidParameter, noSuch } from './api-error.ts';
import type { Stripe } from './objects.ts';
import type { Params } from './params.ts';

const DEFAULT_LIMIT = 10;
const MAX_LIMIT = 100;

export const PAGE_PARAMS = ['limit', 'starting_after', 'ending_before', 'expand'] as const;

/** docs.stripe.com/api/pagination: newest first; a cursor is an object's id, of the whole list or only of what was. */
export const page = <T extends { readonly id: string }>(
  params: Params,
  url: string,
  newestFirst: readonly T[],
): Stripe.ApiList<T> => {
  const limit = limitOf(params);
  const after = params.text('starting_after') ?? null;
  const before = params.text('ending_before') ?? null;
  const indexOf = (id: string, param: string): number => {
    const index = newestFirst.findIndex((each) => each.id === id);
    if (index < 0) throw noSuch('object', id, param);
    return index;
  };

  if (before !== null) {
    const end = indexOf(before, 'ending_before');
    const start = Math.max(0, end - limit);
    return { object: 'list', data: newestFirst.slice(start, end), has_more: start > 0, url };
  }
  const start = after === null ? 0 : indexOf(after, 'starting_after') + 1;
  return {
    object: 'list',
    data: newestFirst.slice(start, start + limit),
    has_more: newestFirst.length > start + limit,
    url,
  };
};

/** docs.stripe.com/api/pagination/search: pages have opaque names. */
export const searchPage = <T>(params: Params, url: string, found: readonly T[]): Stripe.ApiSearchResult<T> => {
  const limit = limitOf(params);
  const start = Number(params.text('page') ?? 0);
  const hasMore = found.length > start + limit;
  return {
    object: 'search_result',
    data: found.slice(start, start + limit),
    has_more: hasMore,
    next_page: hasMore ? String(start + limit) : null,
    url,
  };
};

const limitOf = (params: Params): number => {
  const limit = params.whole('limit') ?? DEFAULT_LIMIT;
  if (limit > MAX_LIMIT)
    throw invalidParameter(
      'limit',
      `This value must be less than or equal to ${MAX_LIMIT} (it currently is '${limit}').`,
    );
  if (limit < 1) throw invalidParameter('limit', 'This value must be greater than or equal to 1.');
  return limit;
};
