import { setTimeout } from 'node:timers/promises';
import type { Core } from '@backline/core';
import type { Logger } from 'pino';

/** How long after a play the rollups know of it; readers add what they don't know yet. */
const INTERVAL_MS = 2_000;

export type Loop = { readonly stop: () => Promise<void> };

/** Keeps the rollups close behind the plays. A round that fails is logged, and the next one takes over its work. */
export const keepRollingUp = (core: Core, log: Logger): Loop => {
  const stopping = new AbortController();

  const round = async (): Promise<void> => {
    try {
      await core.payout.advanceRollup();
    } catch (cause) {
      log.error({ err: cause }, 'the rollup could not be moved forward');
    }
  };
  const loop = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      await round();
      await setTimeout(INTERVAL_MS, undefined, { signal: stopping.signal }).catch(() => stopping.abort());
    }
  };
  const running = loop();

  return {
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
};
