import { type Jobs, type JobsOptions, startJobs } from '@backline/jobs';
import type { Connection } from '@backline/mikro-orm';

export type Worker = Jobs;
export type WorkerPlan = Pick<JobsOptions, 'handlers' | 'schedules' | 'onFailure'>;
export type StartWorker = (plan: WorkerPlan) => Promise<Worker>;

/** Jobs mostly wait for the database; more at once would take its connections from the HTTP app. */
const CONCURRENCY = 4;

export const workerStarter =
  (connection: Connection): StartWorker =>
  (plan) =>
    startJobs({ ...plan, url: connection.url, schema: connection.schema, concurrency: CONCURRENCY });
