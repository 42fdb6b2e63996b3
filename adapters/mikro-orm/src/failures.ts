import { setTimeout } from 'node:timers/promises';
import { Unavailable } from '@backline/core/kernel';

/**
 * SQLSTATEs and system errors that say: the database is away, starting, stopping, full or overloaded. 55P03 is
 * lock_not_available: it comes after `lock_timeout`, and whoever waited for that has no time for another try.
 */
const AWAY =
  /^(08...|53...|55P03|57P0[1-5]|57014|58030|25P03|ECONNREFUSED|ECONNRESET|EPIPE|ENOENT|ETIMEDOUT|EHOSTUNREACH|ENOTFOUND|EAI_AGAIN)$/;
/** Of pg itself, which gives these no code. */
const AWAY_MESSAGES =
  /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|Cannot use a pool after|Client was closed|timeout expired)/;

/** serialization_failure, deadlock_detected: the whole transaction may be tried again. */
const RETRYABLE = /^(40001|40P01)$/;
const MAX_TRIES = 5;
const RETRY_STEP_MS = 20;

const chain = function* (thrown: unknown): Generator<Error & { code?: unknown }> {
  let current = thrown;
  for (let depth = 0; depth < 5 && current instanceof Error; depth += 1) {
    yield current;
    current = current.cause;
  }
};

const hasCode = (thrown: unknown, codes: RegExp): boolean =>
  [...chain(thrown)].some(({ code }) => typeof code === 'string' && codes.test(code));

/** The constraint that a statement would have broken; null for any other failure. */
export const brokenConstraint = (thrown: unknown): string | null => {
  for (const cause of chain(thrown))
    if ('constraint' in cause && typeof cause.constraint === 'string') return cause.constraint;
  return null;
};

/** What is to be thrown in a driver error's stead. */
export const translate = (thrown: unknown): unknown => {
  if (thrown instanceof Unavailable) return thrown;
  const away = hasCode(thrown, AWAY) || [...chain(thrown)].some(({ message }) => AWAY_MESSAGES.test(message));
  return away ? new Unavailable('database', { cause: thrown }) : thrown;
};

/** Runs the transaction again after a conflict, each time after a longer, jittered pause. */
export const retrying = async <T>(transaction: () => Promise<T>, retryable = RETRYABLE): Promise<T> => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await transaction();
    } catch (thrown) {
      if (!hasCode(thrown, retryable)) throw translate(thrown);
      if (attempt === MAX_TRIES) throw new Unavailable('database', { cause: thrown });
      await setTimeout(RETRY_STEP_MS * attempt * (0.5 + Math.random()));
    }
  }
};
