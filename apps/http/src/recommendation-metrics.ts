import type { Rung, Surface } from '@backline/core/discovery';
import { Counter, type Registry } from 'prom-client';

export type CountRung = (surface: Surface, rung: Rung) => void;

/** Answers by where they come from: anything but `engine` while there is one says that it was away. */
export const countingRungs = (registry: Registry): CountRung => {
  const answers = new Counter({
    name: 'recommendation_answers_total',
    help: 'Answers with recommendations, by surface and by where they come from',
    labelNames: ['surface', 'rung'],
    registers: [registry],
  });
  return (surface, rung) => answers.inc({ surface, rung });
};
