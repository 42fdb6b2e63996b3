import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedPostgres } from '@backline/embedded-postgres';
import { AS_STARTED, CLIENT_CORE, SERVER_CORE, type Running, answers, freePort, startPinned } from './processes.ts';

/** The platform on the server's core, its PostgreSQL on the client's; filled with fans and tracks. */
export type Subject = Running & {
  readonly url: string;
  readonly databaseUrl: string;
  readonly folder: string;
  readonly tokens: readonly string[];
  readonly tracks: readonly { readonly trackId: number; readonly audio: string; readonly link: string }[];
  readonly artists: Readonly<Record<'few' | 'many', { readonly userId: number; readonly token: string }>>;
};

export const startSubject = async (): Promise<Subject> => {
  const folder = await mkdtemp(join(tmpdir(), 'backline-bench-'));
  const postgres = await startEmbeddedPostgres({ dataDir: join(folder, 'db'), log: () => undefined });
  const postmaster = (await readFile(join(folder, 'db', 'postgres', 'postmaster.pid'), 'utf8')).split('\n', 1)[0] ?? '';
  execFileSync('taskset', ['-acp', CLIENT_CORE, postmaster], { stdio: 'ignore' });

  const port = await freePort();
  const out = join(folder, 'out.json');
  const launcher = join(import.meta.dirname, 'platform-process.ts');
  const close = async (): Promise<void> => {
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  };
  const running = await startPinned(
    SERVER_CORE,
    [process.execPath, ...AS_STARTED, launcher],
    {
      DATA_DIR: join(folder, 'data'),
      DATABASE_URL: postgres.url,
      PORT: String(port),
      LOG_LEVEL: 'warn',
      BENCH_OUT: out,
    },
    answers(`http://127.0.0.1:${port}/health/ready`),
  ).catch(async (cause: unknown) => {
    await close();
    throw cause;
  });
  return {
    pid: running.pid,
    url: `http://127.0.0.1:${port}`,
    databaseUrl: postgres.url,
    folder,
    ...JSON.parse(await readFile(out, 'utf8')),
    stop: async () => {
      await running.stop();
      await close();
    },
  };
};
