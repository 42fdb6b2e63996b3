import { setTimeout } from 'node:timers/promises';
import { type Platform, TOKENS, type WorkerPlan } from '@backline/composition';
import { type Reactions, type SoundReactions, reactions, soundReactions } from './reactions.ts';
import { keepRollingUp } from './rollup-loop.ts';
import { schedules } from './schedules.ts';

export type RunningWorker = {
  /** Lets the jobs under way end, but for those that take long. */
  readonly stop: () => Promise<void>;
};

/** Takes jobs from the queue, keeps the calendar and moves the rollups. Any number may run at once. */
export const startWorker = async ({ container }: Platform): Promise<RunningWorker> => {
  const log = container.get(TOKENS.log).child({ app: 'worker' });
  const core = container.get(TOKENS.core);
  const onFailure: WorkerPlan['onFailure'] = ({ name, attempt, cause }) =>
    log.error({ job: name, attempt, err: cause }, 'a job failed');
  const start = container.get(TOKENS.startWorker);
  const jobs = await start(
    {
      handlers: handlersOf(reactions({ core, ports: container.get(TOKENS.ports), log })),
      schedules: schedules({
        core,
        log,
        clock: container.get(TOKENS.clock),
        sandbox: container.get(TOKENS.sandbox),
        sweepUploads: container.get(TOKENS.sweepUploads),
        ensurePartitions: container.get(TOKENS.database).ensurePartitions,
      }),
      onFailure,
    },
    'jobs',
  );
  const stopping = new AbortController();
  const wait = (ms: number): Promise<void> => setTimeout(ms, undefined, { signal: stopping.signal });
  const sound = await start(
    { handlers: handlersOf(soundReactions({ core, log, wait })), schedules: [], onFailure },
    'sound',
  );
  const rollup = keepRollingUp(core, log);
  return {
    stop: async () => {
      stopping.abort();
      // A track or a training may take minutes: it is given back, and gone on with by whoever takes it next.
      await container.get(TOKENS.audioRenderer).close();
      container.get(TOKENS.modelTrainer).close();
      await Promise.all([rollup.stop(), jobs.stop(), sound.stop()]);
    },
  };
};

/** The queue's payloads are our own outbox's events: what is stored under a name is that event. */
const handlersOf = (all: Reactions | SoundReactions): WorkerPlan['handlers'] =>
  all as { readonly [name: string]: (payload: never) => Promise<void> } as WorkerPlan['handlers'];
