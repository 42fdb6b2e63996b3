import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AS_STARTED, BOTH_CORES, type Running, answers, freePort, startPinned } from './processes.ts';

const commandOf = (app: 'platform' | 'ops'): readonly string[] => [
  process.execPath,
  ...AS_STARTED,
  join(import.meta.dirname, `../../apps/${app}/src/main.ts`),
];

export type OwnPlatform = Running & {
  readonly url: string;
  readonly folder: string;
  /** From its start. */
  readonly secondsToReady: number;
  /** Runs the operator's command beside it; throws where its status is not 0. */
  readonly ops: (...words: readonly string[]) => void;
};

type Options = {
  /** Null for an embedded one. */
  readonly databaseUrl: string | null;
  readonly env?: Readonly<Record<string, string>>;
};

/** The platform as anyone starts it, on both cores, in a folder of its own that is gone afterwards. */
export const withPlatform = async <T>(
  { databaseUrl, env = {} }: Options,
  use: (platform: OwnPlatform) => Promise<T>,
): Promise<T> => {
  const folder = await mkdtemp(join(tmpdir(), 'backline-start-'));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const settings = { DATA_DIR: folder, PORT: String(port), LOG_LEVEL: 'warn', DATABASE_URL: databaseUrl ?? '', ...env };
  const ops = (...words: readonly string[]): void => {
    const [program = '', ...args] = [...commandOf('ops'), ...words];
    const { status, stderr } = spawnSync(program, args, { env: { ...process.env, ...settings } });
    if (status !== 0) throw new Error(`ops ${words.join(' ')}: ${stderr.toString()}`);
  };
  const begun = performance.now();
  try {
    const running = await startPinned(BOTH_CORES, commandOf('platform'), settings, answers(`${url}/health/ready`));
    const secondsToReady = (performance.now() - begun) / 1_000;
    try {
      return await use({ ...running, url, folder, secondsToReady, ops });
    } finally {
      await running.stop();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};
