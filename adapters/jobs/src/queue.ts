import { Logger, runMigrations } from 'graphile-worker';

/** One queue for each of our schemas, so that two platforms can share a database. */
export const queueSchema = (schema: string): string => (schema === 'public' ? 'graphile_worker' : `${schema}_jobs`);

/**
 * A statement that puts a job into the queue of `schema` within the caller's transaction: the transactional
 * outbox. Its two parameters are the job's name and its payload as JSON text.
 */
export const enqueueStatement = (schema: string): { readonly sql: string } => ({
  sql: `select ${queueSchema(schema)}.add_job(?::text, ?::json)`,
});

/** Nobody reads the queue's own chatter; what matters is logged by who runs the jobs. */
export const silence = new Logger(() => () => undefined);

/** Brings the queue's own tables up to date. Again is harmless. */
export const migrateJobs = (url: string, schema: string): Promise<void> =>
  runMigrations({ connectionString: url, schema: queueSchema(schema), logger: silence });
