import { EventEmitter } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { type RunnerOptions, type TaskList, type WorkerEvents, parseCronItems, run } from 'graphile-worker';
import { Pool } from 'pg';
import { type Leases, openLeases } from './leases.ts';
import { queueSchema, silence } from './queue.ts';

/** `cron` in five fields, UTC. A run that was missed is not made up for. */
export type Schedule = { readonly name: string; readonly cron: string; readonly run: () => Promise<void> };

export type JobsOptions = {
  readonly url: string;
  /** The platform's schema; the queue has its own beside it. */
  readonly schema: string;
  readonly concurrency: number;
  /** By the job's name. A handler that throws is tried again, later and later; it must be idempotent. */
  readonly handlers: { readonly [name: string]: (payload: unknown) => Promise<void> };
  readonly schedules: readonly Schedule[];
  readonly onFailure: (job: { readonly name: string; readonly attempt: number; readonly cause: unknown }) => void;
};

export type Jobs = {
  /** Resolves when the jobs under way have ended, or after a few seconds have been given back. */
  readonly stop: () => Promise<void>;
};

const LEASE_SWEEP_MS = 30_000;

/** Above `concurrency`: one connection listens, one holds the leases, one runs the schedules. */
const EXTRA_CONNECTIONS = 3;

const RESTART_AFTER_MS = 1_000;

/** Resolves once jobs are taken. Where the database goes away, begins again by itself until it is back. */
export const startJobs = async (options: JobsOptions): Promise<Jobs> => {
  const stopping = new AbortController();
  let session = await openSession(options);

  const supervise = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      await session.ended;
      await session.close();
      if (!stopping.signal.aborted) session = await reopen(options, stopping.signal);
    }
  };
  const supervision = supervise();

  return {
    stop: async () => {
      stopping.abort();
      await session.close();
      await supervision;
    },
  };
};

const reopen = async (options: JobsOptions, signal: AbortSignal): Promise<Session> => {
  for (;;) {
    await setTimeout(RESTART_AFTER_MS);
    if (signal.aborted) return { ended: Promise.resolve(), close: () => Promise.resolve() };
    try {
      return await openSession(options);
    } catch (cause) {
      options.onFailure({ name: 'connection', attempt: 1, cause });
    }
  }
};

type Session = {
  /** Settles when no more jobs are taken, for whatever reason; never rejects. */
  readonly ended: Promise<void>;
  /** Again is harmless. */
  readonly close: () => Promise<void>;
};

const openSession = async (options: JobsOptions): Promise<Session> => {
  const schema = queueSchema(options.schema);
  const fail = (name: string, cause: unknown): void => options.onFailure({ name, attempt: 1, cause });
  const pool = new Pool({
    connectionString: options.url,
    max: options.concurrency + EXTRA_CONNECTIONS,
    application_name: 'backline worker',
  });
  pool.on('error', (cause) => fail('connection', cause));
  pool.on('connect', (client) => client.on('error', (cause) => fail('connection', cause)));
  try {
    const leases = await openLeases(pool, schema);
    const runner = await run(runnerOptions(options, pool, leases, fail));
    const sweeping = sweepRegularly(leases, fail);
    const ended = Promise.race([leases.lost, runner.promise]).catch((cause: unknown) => fail('runner', cause));
    const close = async (): Promise<void> => {
      clearInterval(sweeping);
      await runner.stop().catch((cause: unknown) => fail('stop', cause));
      leases.close();
      await pool.end();
    };
    let closed: Promise<void> | null = null;
    return { ended, close: () => (closed ??= close()) };
  } catch (cause) {
    await pool.end();
    throw cause;
  }
};

type Fail = (name: string, cause: unknown) => void;

const sweepRegularly = (leases: Leases, fail: Fail): NodeJS.Timeout => {
  const sweep = (): void => {
    leases.release().catch((cause: unknown) => fail('lease sweep', cause));
  };
  sweep();
  return setInterval(sweep, LEASE_SWEEP_MS);
};

const runnerOptions = (options: JobsOptions, pgPool: Pool, leases: Leases, fail: Fail): RunnerOptions => {
  const events: WorkerEvents = new EventEmitter();
  events.on('worker:create', ({ worker }) => {
    leases.hold(worker.workerId).catch((cause: unknown) => fail('lease', cause));
  });
  events.on('job:error', ({ job, error }) => {
    options.onFailure({ name: job.task_identifier, attempt: job.attempts, cause: error });
  });
  return {
    pgPool,
    // Without a batch nobody waits for it to be written down how a job ended, and where that fails the process dies of it.
    preset: { worker: { completeJobBatchDelay: 0, failJobBatchDelay: 0 } },
    schema: queueSchema(options.schema),
    events,
    logger: silence,
    noHandleSignals: true,
    concurrency: options.concurrency,
    taskList: tasksOf(options),
    parsedCronItems: parseCronItems(
      options.schedules.map(({ name, cron }) => ({
        task: name,
        match: cron,
        options: { backfillPeriod: 0, maxAttempts: 1 },
      })),
    ),
  };
};

const tasksOf = ({ handlers, schedules }: JobsOptions): TaskList => ({
  ...Object.fromEntries(
    Object.entries(handlers).map(([name, handle]) => [name, (payload: unknown) => handle(payload)] as const),
  ),
  ...Object.fromEntries(schedules.map(({ name, run: handle }) => [name, () => handle()] as const)),
});
