import { idempotencyError, keyInUse } from './api-error.ts';
import type { Books } from './books.ts';

/** docs.stripe.com/api/idempotent_requests */
const KEPT_S = 24 * 3_600;

export type Answer = { readonly status: number; readonly body: string };

type Entry = { readonly path: string; readonly form: string; readonly since: number; answer: Answer | null };

export type IdempotencyKeys = {
  /**
   * The first answer under the key, or null: then the key is taken until `keep` or `release`.
   *
   * @throws ApiError for another request under the key, and while the first one is under way
   */
  readonly claim: (key: string, path: string, form: string) => Answer | null;
  readonly keep: (key: string, answer: Answer) => void;
  /** As if the key had never been used: the endpoint did not begin to run. */
  readonly release: (key: string) => void;
};

export const idempotencyKeys = (books: Books): IdempotencyKeys => {
  const entries = new Map<string, Entry>();
  return {
    claim: (key, path, form) => {
      const known = entries.get(key);
      if (known === undefined || (known.answer !== null && known.since <= books.now() - KEPT_S)) {
        entries.set(key, { path, form, since: books.now(), answer: null });
        return null;
      }
      if (known.path !== path)
        throw idempotencyError(
          `Keys for idempotent requests can only be used for the same endpoint they were first used for ('${path}' vs. '${known.path}'). Try using a key other than '${key}' if you meant to execute a different request.`,
        );
      if (known.form !== form)
        throw idempotencyError(
          `Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than '${key}' if you meant to execute a different request.`,
        );
      if (known.answer === null) throw keyInUse(key);
      return known.answer;
    },
    keep: (key, answer) => {
      const entry = entries.get(key);
      if (entry !== undefined) entry.answer = answer;
    },
    release: (key) => void entries.delete(key),
  };
};
