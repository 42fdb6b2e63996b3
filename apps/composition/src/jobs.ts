import { type Jobs, type JobsOptions, startJobs } from '@backline/jobs';
import type { Connection } from '@backline/mikro-orm';

export type Worker = Jobs;
export type WorkerPlan = Pick<JobsOptions, 'handlers' | 'schedules' | 'onFailure'>;
export type StartWorker = (plan: WorkerPlan, lane: Lane) => Promise<Worker>;

/** Those that mostly wait for the database, more of which would take its connections from the HTTP app; and sound. */
export type Lane = 'jobs' | 'sound';

/** One track at a time: a core is busy with it. */
const CONCURRENCY: { readonly [Name in Lane]: number } = { jobs: 4, sound: 1 };

export const workerStarter =
  (connection: Connection): StartWorker =>
  (plan, lane) =>
    startJobs({ ...plan, url: connection.url, schema: connection.schema, concurrency: CONCURRENCY[lane] });
