import type { Pool, PoolClient } from 'pg';

/**
 * Tells dead workers from live ones: each live worker holds an advisory lock, which PostgreSQL releases when its
 * connection ends, however it ends.
 *
 * The queue itself gives a dead worker's jobs back after four hours; a play that waits so long to be judged again
 * is too long.
 */
export type Leases = {
  readonly hold: (workerId: string) => Promise<void>;
  /** Gives back the jobs of workers whose lock nobody holds; how many workers those were. */
  readonly release: () => Promise<number>;
  /** Settles when the connection is lost, and with it the locks. */
  readonly lost: Promise<void>;
  readonly close: () => void;
};

const KEY = `hashtextextended($1, 0)`;

export const openLeases = async (pool: Pool, queueSchema: string): Promise<Leases> => {
  const client: PoolClient = await pool.connect();
  const loss = Promise.withResolvers<void>();
  let isLost = false;
  client.on('error', () => {
    isLost = true;
    loss.resolve();
  });
  const held = new Set<string>();
  let turn: Promise<unknown> = Promise.resolve();

  /** One statement at a time on the one connection. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const next = turn.then(work);
    turn = next.catch(() => undefined);
    return next;
  };

  const isDead = async (workerId: string): Promise<boolean> => {
    if (held.has(workerId)) return false;
    const { rows } = await client.query<{ free: boolean }>(`select pg_try_advisory_lock(${KEY}) as free`, [workerId]);
    if (rows[0]?.free !== true) return false;
    await client.query(`select pg_advisory_unlock(${KEY})`, [workerId]);
    return true;
  };

  const releaseDead = async (): Promise<number> => {
    const { rows } = await client.query<{ locked_by: string }>(
      `select distinct locked_by from ${queueSchema}._private_jobs where locked_by is not null
         union select distinct locked_by from ${queueSchema}._private_job_queues where locked_by is not null`,
    );
    const dead: string[] = [];
    for (const { locked_by } of rows) if (await isDead(locked_by)) dead.push(locked_by);
    if (dead.length > 0) await client.query(`select ${queueSchema}.force_unlock_workers($1::text[])`, [dead]);
    return dead.length;
  };

  return {
    hold: (workerId) =>
      inTurn(async () => {
        held.add(workerId);
        await client.query(`select pg_advisory_lock(${KEY})`, [workerId]);
      }),
    release: () => inTurn(releaseDead),
    lost: loss.promise,
    close: () => client.release(isLost),
  };
};
