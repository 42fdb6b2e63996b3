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

type State = 'closed' | 'half-open' | 'open';

export type CallOutcome = 'ok' | 'away' | 'refused' | 'not-tried';

/** The way to Stripe: after several failures in a row it is left alone for a while. */
export type StripeCircuit = {
  /** Null is for what Stripe does not have. Throws what is wrong with the question. */
  readonly ask: <T>(question: () => Promise<T>) => Promise<Result<T | null, PaymentsAway>>;
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

export const stripeCircuit = ({ callMs, openMs }: CircuitTimes): StripeCircuit => {
  const calls: Record<CallOutcome, number> = { ok: 0, away: 0, refused: 0, 'not-tried': 0 };
  const breaker = circuitBreaker(handleWhen(isAway), {
    halfOpenAfter: openMs,
    breaker: new ConsecutiveBreaker(FAILURES_TO_OPEN),
  });
  const policy = wrap(breaker, timeout(callMs, TimeoutStrategy.Aggressive));
  const away: Result<never, PaymentsAway> = err({ code: 'payments_away', retryAfterMs: openMs });

  return {
    ask: async (question) => {
      try {
        const answer = await policy.execute(question);
        calls.ok += 1;
        return ok(answer);
      } catch (thrown) {
        if (thrown instanceof BrokenCircuitError) {
          calls['not-tried'] += 1;
          return away;
        }
        if (isAway(thrown)) {
          calls.away += 1;
          return away;
        }
        calls.refused += 1;
        if (isMissing(thrown)) return ok(null);
        throw explained(thrown);
      }
    },
    state: () => STATES[breaker.state],
    calls: () => ({ ...calls }),
  };
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

/** What an operator can mend: the key, the price, the account. Stripe's messages show no more of a key than its end. */
const explained = (thrown: unknown): unknown =>
  thrown instanceof Stripe.errors.StripeError
    ? new Error(`Stripe refused: ${thrown.message} (request ${thrown.requestId ?? 'unknown'})`, { cause: thrown.code })
    : thrown;
