import { statfs } from 'node:fs/promises';
import type { AudioRenderer } from '@backline/core/catalog';
import { Unavailable } from '@backline/core/kernel';
import type { Database } from '@backline/mikro-orm';

/** `run` throws, with a message for operators, when the thing is not well. */
export type HealthCheck = {
  readonly name: string;
  /** Whether the platform is of use without it. */
  readonly required: boolean;
  readonly run: () => Promise<void>;
};

const MIN_FREE_BYTES = 64 * 1024 * 1024;

export const healthChecks = (
  database: Database,
  renderer: Pick<AudioRenderer, 'missing'>,
  dataDir: string,
): readonly HealthCheck[] => [
  { name: 'database', required: true, run: database.ping },
  {
    name: 'migrations',
    required: true,
    run: async () => {
      const pending = await database.pendingMigrations();
      if (pending > 0) throw new Error(`${pending} migrations have not run`);
    },
  },
  {
    name: 'disk',
    required: true,
    run: async () => {
      const { bavail, bsize } = await statfs(dataDir);
      if (bavail * bsize < MIN_FREE_BYTES) throw new Unavailable('disk');
    },
  },
  {
    name: 'renditions',
    required: false,
    run: async () => {
      const missing = await renderer.missing();
      if (missing.length > 0) throw new Error(`not found: ${missing.join(', ')}; tracks play as they were uploaded`);
    },
  },
];
