import { invariant } from '@backline/core/kernel';

export type AdmissionLimits = { readonly concurrent: number; readonly queue: number };

export interface Admission {
  /** Runs the work when its turn comes, first come first served; null at once when the queue is full. */
  readonly admit: <T>(work: () => Promise<T>) => Promise<T> | null;
  readonly running: () => number;
  readonly waiting: () => number;
}

/** Lets at most `concurrent` pieces of work run at once and at most `queue` wait for their turn. */
export const admission = ({ concurrent, queue }: AdmissionLimits): Admission => {
  invariant(Number.isSafeInteger(concurrent) && concurrent >= 1, `concurrent must be at least 1, not ${concurrent}`);
  invariant(Number.isSafeInteger(queue) && queue >= 0, `queue must not be negative, as ${queue} is`);
  const turns: (() => void)[] = [];
  let running = 0;

  const turn = (): Promise<void> => {
    if (running >= concurrent) return new Promise((resolve) => turns.push(resolve));
    running += 1;
    return Promise.resolve();
  };
  const passOn = (): void => {
    const next = turns.shift();
    if (next === undefined) running -= 1;
    else next();
  };
  const inTurn = async <T>(work: () => Promise<T>): Promise<T> => {
    await turn();
    try {
      return await work();
    } finally {
      passOn();
    }
  };

  return {
    admit: (work) => (running >= concurrent && turns.length >= queue ? null : inTurn(work)),
    running: () => running,
    waiting: () => turns.length,
  };
};
