import type { SqlEntityManager } from '@mikro-orm/sql';

/** Held until the transaction ends; `space` keeps locks of different things apart. Re-entrant. */
export const lockInTransaction = async (em: SqlEntityManager, space: string, key: string): Promise<void> => {
  await em.execute('select pg_advisory_xact_lock(hashtextextended(current_schema() || ?, 0))', [`:${space}:${key}`]);
};
