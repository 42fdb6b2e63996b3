import { CircuitState, ConsecutiveBreaker, TimeoutStrategy, circuitBreaker, handleAll, timeout, wrap } from 'cockatiel';

type State = 'closed' | 'half-open' | 'open';

/** The way to Cloudinary: after several failures in a row it is left alone for a while. */
export type CloudinaryCircuit = {
  /** Throws whatever went wrong, and at once while it is left alone. */
  readonly ask: <T>(question: (signal: AbortSignal) => Promise<T>) => Promise<T>;
  readonly state: () => State;
  /** Since the start. */
  readonly calls: () => { readonly ok: number; readonly failed: number };
};

export type CircuitTimes = {
  readonly callMs: number;
  /** How long it is left alone; then a single call tells whether it is back. */
  readonly openMs: number;
};

const FAILURES_TO_OPEN = 5;

const STATES: { readonly [state in CircuitState]: State } = {
  [CircuitState.Closed]: 'closed',
  [CircuitState.Open]: 'open',
  [CircuitState.HalfOpen]: 'half-open',
  [CircuitState.Isolated]: 'open',
};

export const cloudinaryCircuit = ({ callMs, openMs }: CircuitTimes): CloudinaryCircuit => {
  const calls = { ok: 0, failed: 0 };
  const breaker = circuitBreaker(handleAll, {
    halfOpenAfter: openMs,
    breaker: new ConsecutiveBreaker(FAILURES_TO_OPEN),
  });
  const policy = wrap(breaker, timeout(callMs, TimeoutStrategy.Aggressive));
  return {
    ask: async (question) => {
      try {
        const answer = await policy.execute(({ signal }) => question(signal));
        calls.ok += 1;
        return answer;
      } catch (thrown) {
        calls.failed += 1;
        throw thrown;
      }
    },
    state: () => STATES[breaker.state],
    calls: () => ({ ...calls }),
  };
};
