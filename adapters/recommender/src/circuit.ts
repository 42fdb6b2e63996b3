import { CircuitState, ConsecutiveBreaker, TimeoutStrategy, circuitBreaker, handleAll, timeout, wrap } from 'cockatiel';

type State = 'closed' | 'half-open' | 'open';

/** The way to the engine: after several failures in a row it is left alone for a while. */
export type EngineCircuit = {
  /** Throws whatever went wrong, and at once while it is left alone. */
  readonly ask: <T>(question: (signal: AbortSignal) => Promise<T>) => Promise<T>;
  readonly state: () => State;
  /** Since the start. */
  readonly calls: () => { readonly ok: number; readonly failed: number };
};

export type CircuitTimes = {
  /** From the question to the whole answer. */
  readonly deadlineMs: number;
  /** How long it is left alone; then a single call tells whether it is back. */
  readonly openMs: number;
};

const FAILURES_TO_OPEN = 3;

const STATES: { readonly [state in CircuitState]: State } = {
  [CircuitState.Closed]: 'closed',
  [CircuitState.Open]: 'open',
  [CircuitState.HalfOpen]: 'half-open',
  [CircuitState.Isolated]: 'open',
};

export const engineCircuit = ({ deadlineMs, openMs }: CircuitTimes): EngineCircuit => {
  const calls = { ok: 0, failed: 0 };
  const breaker = circuitBreaker(handleAll, {
    halfOpenAfter: openMs,
    breaker: new ConsecutiveBreaker(FAILURES_TO_OPEN),
  });
  const policy = wrap(breaker, timeout(deadlineMs, TimeoutStrategy.Aggressive));
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
