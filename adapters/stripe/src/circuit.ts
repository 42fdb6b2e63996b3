import type { AsyncLocalStorage } from 'node:async_hooks';
import type { PaymentsAway } from '@backline/core/subscriptions';
import { type Result, err, ok } from '@backline/core/kernel';
import {
  BrokenCircuitError,
  CircuitState,
  ConsecutiveBreaker,
  TaskCancelledError,
  TimeoutStrategy,
  circuitBreaker,
  handleWhen,
  timeout,
  wrap,
} from 'cockatiel';
import { Stripe } from 'stripe';
import { MisshapenAnswer } from './shape.ts';
import type { Warn } from './warn.ts';

type State = 'closed' | 'half-open' | 'open';

export type CallOutcome = 'ok' | 'missing' | 'away' | 'misshapen' | 'refused' | 'not-tried';

/** Half the time is for each of two questions that somebody waits for together. */
export type Patience = 'whole' | 'half';

/** The way to Stripe: after several failures in a row it is left alone for a while. */
export type StripeCircuit = {
  /** Null is for what Stripe does not have. Throws what is wrong with the question. */
  readonly ask: <T>(question: () => Promise<T>, patience?: Patience) => Promise<Result<T | null, PaymentsAway>>;
  readonly state: () => State;
  /** Since the start. */
  readonly calls: () => Readonly<Record<CallOutcome, number>>;
};

export type CircuitTimes = {
  /** A call with all that the SDK tries again. */
  readonly callMs: number;
  /** How long it is left alone; then a single call tells whether it is back. */
  readonly openMs: number;
};

const FAILURES_TO_OPEN = 5;

/** @param patience holds, inside of a question, the signal that nobody waits for its answer any more */
export const stripeCircuit = (
  { callMs, openMs }: CircuitTimes,
  patience: AsyncLocalStorage<AbortSignal>,
  secretKey: string,
  warn: Warn,
): StripeCircuit => {
  const calls: Record<CallOutcome, number> = {
    ok: 0,
    missing: 0,
    away: 0,
    misshapen: 0,
    refused: 0,
    'not-tried': 0,
  };
  const breaker = circuitBreaker(handleWhen(isAway), {
    halfOpenAfter: openMs,
    breaker: new ConsecutiveBreaker(FAILURES_TO_OPEN),
  });
  const within = {
    whole: wrap(breaker, timeout(callMs, TimeoutStrategy.Aggressive)),
    half: wrap(breaker, timeout(callMs / 2, TimeoutStrategy.Aggressive)),
  } as const satisfies Record<Patience, unknown>;

  const away = (outcome: CallOutcome): Result<never, PaymentsAway> => {
    calls[outcome] += 1;
    return err({ code: 'payments_away', retryAfterMs: openMs });
  };

  const concluded = <T>({ answer }: { readonly answer: T }): Result<T, never> => {
    calls.ok += 1;
    return ok(answer);
  };

  /** Stripe is there, and there is something that it can't answer. */
  const failed = (thrown: unknown): Result<null, PaymentsAway> => {
    if (thrown instanceof MisshapenAnswer) {
      warn('Stripe answered what it should not', { at: thrown.at });
      return away('misshapen');
    }
    if (isMissing(thrown)) {
      calls.missing += 1;
      return ok(null);
    }
    calls.refused += 1;
    if (isWithoutCustomer(thrown)) throw new NoSuchCustomer('Stripe has no such customer', { cause: thrown });
    throw explained(thrown, secretKey);
  };

  return {
    ask: async (question, time = 'whole') => {
      // Whoever comes while one call tries whether Stripe is back does not wait for it: their own call may take as long.
      if (breaker.state === CircuitState.HalfOpen) return away('not-tried');
      try {
        const settled = await within[time].execute(({ signal }) => patience.run(signal, () => settle(question)));
        return 'answer' in settled ? concluded(settled) : failed(settled.thrown);
      } catch (thrown) {
        if (thrown instanceof BrokenCircuitError) return away('not-tried');
        if (isAway(thrown)) return away('away');
        throw thrown;
      }
    },
    state: () => STATES[breaker.state],
    calls: () => ({ ...calls }),
  };
};

/** For the breaker, what Stripe refuses is an answer as good as any. */
const settle = async <T>(
  question: () => Promise<T>,
): Promise<{ readonly answer: T } | { readonly thrown: unknown }> => {
  try {
    return { answer: await question() };
  } catch (thrown) {
    if (isAway(thrown)) throw thrown;
    return { thrown };
  }
};

const STATES: { readonly [state in CircuitState]: State } = {
  [CircuitState.Closed]: 'closed',
  [CircuitState.Open]: 'open',
  [CircuitState.HalfOpen]: 'half-open',
  [CircuitState.Isolated]: 'open',
};

/** No answer, no sense in it, or an answer that says "later". */
const isAway = (thrown: unknown): boolean =>
  thrown instanceof TaskCancelledError ||
  thrown instanceof Stripe.errors.StripeConnectionError ||
  thrown instanceof Stripe.errors.StripeAPIError ||
  thrown instanceof Stripe.errors.StripeRateLimitError ||
  (thrown instanceof Stripe.errors.StripeError && (thrown.statusCode === 409 || (thrown.statusCode ?? 0) >= 500));

const isMissing = (thrown: unknown): boolean =>
  thrown instanceof Stripe.errors.StripeError && thrown.code === 'resource_missing' && thrown.statusCode === 404;

/** Stripe asked about a customer that it does not have. */
export class NoSuchCustomer extends Error {
  override readonly name = 'NoSuchCustomer';
}

const isWithoutCustomer = (thrown: unknown): boolean =>
  thrown instanceof Stripe.errors.StripeInvalidRequestError &&
  thrown.code === 'resource_missing' &&
  thrown.param === 'customer';

/** What an operator can mend: the key, the price, the account. */
const explained = (thrown: unknown, secretKey: string): unknown => {
  if (!(thrown instanceof Stripe.errors.StripeError)) return thrown;
  const message = thrown.message.replaceAll(secretKey, 'the key');
  return new Error(`Stripe refused: ${message} (request ${thrown.requestId ?? 'unknown'})`, { cause: thrown.code });
};
