import type { SqlEntityManager } from '@mikro-orm/sql';
import { type Instant, instant } from '@backline/core/kernel';

export const instantOf = (date: Date): Instant => instant(date.getTime());

export const nullableDate = (at: Instant | null): Date | null => (at === null ? null : new Date(at));

export const nullableInstant = (date: Date | null | undefined): Instant | null =>
  date === null || date === undefined ? null : instantOf(date);

/** The next value of a sequence whose maximum is 2⁵³ - 1. */
export const nextFrom = async (em: SqlEntityManager, sequence: 'user_id_seq' | 'track_id_seq'): Promise<number> => {
  const [row] = await em.execute<{ id: string }[]>(`select nextval('${sequence}') as id`);
  return Number(row?.id);
};
