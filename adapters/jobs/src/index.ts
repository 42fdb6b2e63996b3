export { type Jobs, type JobsOptions, type Schedule, startJobs } from './run.ts';
export { enqueueStatement, migrateJobs } from './queue.ts';
