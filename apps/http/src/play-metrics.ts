import type { Core } from '@backline/core';
import { Counter, type Registry } from 'prom-client';

/** The same playback, whose outcomes of reports are counted. */
export const countingPlays = (playback: Core['playback'], registry: Registry): Core['playback'] => {
  const reported = new Counter({
    name: 'plays_reported_total',
    help: 'Plays that were reported, by what became of them',
    labelNames: ['outcome'],
    registers: [registry],
  });
  return {
    ...playback,
    recordPlays: async (listenerId, reports) => {
      const outcomes = await playback.recordPlays(listenerId, reports);
      for (const { outcome } of outcomes) reported.inc({ outcome });
      return outcomes;
    },
  };
};
