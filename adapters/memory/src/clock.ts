import { type Clock, type Instant, after, instant } from '@backline/core/kernel';

export const systemClock = (): Clock => ({ now: () => instant(Date.now()) });

export const fixedClock = (at: Instant): Clock => ({ now: () => at });

export type SteppingClock = Clock & { readonly advance: (durationMs: number) => void };

/** Stands still but for `advance`. */
export const steppingClock = (start: Instant): SteppingClock => {
  let now = start;
  return {
    now: () => now,
    advance: (durationMs) => {
      now = after(now, durationMs);
    },
  };
};
