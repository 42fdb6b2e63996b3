import type { Books } from './books.ts';
import type { Params } from './params.ts';

export type Call = { readonly books: Books; readonly params: Params; readonly ids: readonly string[] };

/** The answer's object; throws an `ApiError` where there is none. */
export type Endpoint = (call: Call) => object;

export type Route = { readonly method: string; readonly path: string; readonly endpoint: Endpoint };

export const route = (methodAndPath: string, endpoint: Endpoint): Route => {
  const [method = '', path = ''] = methodAndPath.split(' ');
  return { method, path, endpoint };
};

/** The route, and what stands in the place of each `:id` in its path. A literal part wins over an id. */
export const match = (
  routes: readonly Route[],
  method: string,
  path: string,
): { readonly route: Route; readonly ids: readonly string[] } | null => {
  const parts = path.split('/');
  const fits = ({ method: of, path: pattern }: Route): boolean => {
    const expected = pattern.split('/');
    return (
      of === method &&
      expected.length === parts.length &&
      expected.every((part, index) => (part.startsWith(':') ? parts[index] !== '' : part === parts[index]))
    );
  };
  const found = routes.filter(fits).sort((a, b) => a.path.split(':').length - b.path.split(':').length)[0];
  if (found === undefined) return null;
  const ids = found.path
    .split('/')
    .flatMap((part, index) => (part.startsWith(':') ? [decodeURIComponent(parts[index] ?? '')] : []));
  return { route: found, ids };
};
