import { type Platform, TOKENS, type WorkerPlan } from '@backline/composition';
import { reactions } from './reactions.ts';
import { keepRollingUp } from './rollup-loop.ts';
import { schedules } from './schedules.ts';

export type RunningWorker = {
  /** Lets the jobs under way end. */
  readonly stop: () => Promise<void>;
};

/** Takes jobs from the queue, keeps the calendar and moves the rollups. Any number may run at once. */
export const startWorker = async ({ container }: Platform): Promise<RunningWorker> => {
  const log = container.get(TOKENS.log).child({ app: 'worker' });
  const core = container.get(TOKENS.core);
  const worker = await container.get(TOKENS.startWorker)({
    handlers: handlersOf(reactions({ core, ports: container.get(TOKENS.ports), log })),
    schedules: schedules({
      core,
      log,
      clock: container.get(TOKENS.clock),
      sandbox: container.get(TOKENS.sandbox),
      sweepUploads: container.get(TOKENS.sweepUploads),
      ensurePartitions: container.get(TOKENS.database).ensurePartitions,
    }),
    onFailure: ({ name, attempt, cause }) => log.error({ job: name, attempt, err: cause }, 'a job failed'),
  });
  const rollup = keepRollingUp(core, log);
  return {
    stop: async () => {
      await Promise.all([rollup.stop(), worker.stop()]);
    },
  };
};

/** The queue's payloads are our own outbox's events: what is stored under a name is that event. */
const handlersOf = (all: ReturnType<typeof reactions>): WorkerPlan['handlers'] =>
  all as { readonly [name: string]: (payload: never) => Promise<void> } as WorkerPlan['handlers'];
