import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** One real PostgreSQL for the whole run, or the one that TEST_DATABASE_URL names; each file makes databases of its own. */
export default async function setUp() {
  if (process.env.TEST_DATABASE_URL) return;
  const { startEmbeddedPostgres } = await import('@backline/embedded-postgres');
  const dataDir = await mkdtemp(join(tmpdir(), 'backline-test-'));
  const server = await startEmbeddedPostgres({ dataDir, durable: false });
  process.env.TEST_DATABASE_URL = server.url;
  globalThis.stopTestDatabase = async () => {
    await server.stop();
    await rm(dataDir, { recursive: true, force: true });
  };
}
