import type { Pool, PoolClient } from 'pg';

/**
 * Gives connections that end while they are in use back to the pool. The ORM's driver never does that with a
 * transaction whose `begin`, `commit` or `rollback` failed: the place in the pool would be lost for good.
 */
export const giveBackBroken = (pool: Pool): void => {
  const inUse = new WeakSet<PoolClient>();
  pool.on('acquire', (client) => inUse.add(client));
  pool.on('release', (_cause, client) => inUse.delete(client));
  pool.on('connect', (client) => {
    client.once('end', () => {
      if (!inUse.has(client)) return;
      client.release(true);
      // Where the driver does give it back after all.
      client.release = () => undefined;
    });
  });
};
