import { type Result, err, ok } from '@backline/core/kernel';
import type { Busy } from '@backline/core/accounts';

/** Runs one piece of work after another; refuses, without starting it, what would be more than `waiting` in line. */
export const oneAtATime = ({ waiting, retryAfterMs }: { readonly waiting: number; readonly retryAfterMs: number }) => {
  let last: Promise<unknown> = Promise.resolve();
  let pending = 0;
  return async <T>(work: () => Promise<T>): Promise<Result<T, Busy>> => {
    if (pending > waiting) return err({ code: 'busy', retryAfterMs });
    pending += 1;
    const turn = last.then(work).finally(() => {
      pending -= 1;
    });
    last = turn.catch(() => undefined);
    return ok(await turn);
  };
};
