import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';

export type PostgresProcess = {
  readonly url: string;
  readonly process: ChildProcessWithoutNullStreams;
  /** Stops as the program would, and ends. */
  readonly stop: () => Promise<void>;
  /** SIGKILL. */
  readonly kill: () => Promise<void>;
};

export type PostgresProcessOptions = {
  readonly node?: string;
  /** The program and the adapter, where they aren't this checkout's. */
  readonly program?: string;
  readonly adapter?: string;
  readonly uid?: number;
};

const PROGRAM = new URL('hold-postgres.ts', import.meta.url).pathname;

export const spawnPostgresProcess = (
  dataDir: string,
  { node = process.execPath, program = PROGRAM, adapter, uid }: PostgresProcessOptions = {},
): ChildProcessWithoutNullStreams =>
  spawn(node, ['--conditions=@backline/source', program, dataDir, ...(adapter === undefined ? [] : [adapter])], {
    cwd: '/',
    detached: true,
    ...(uid === undefined ? {} : { uid, gid: uid }),
  });

/** Another process that has started or found the server of that folder. */
export const startPostgresProcess = async (
  dataDir: string,
  options: PostgresProcessOptions = {},
): Promise<PostgresProcess> => {
  const child = spawnPostgresProcess(dataDir, options);
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const ended = once(child, 'exit');
  const line = await Promise.race([once(createInterface(child.stdout), 'line'), ended.then(() => null)]);
  if (line === null) throw new Error(`the process ended: ${said}`);
  return {
    url: String(line[0]),
    process: child,
    stop: async () => {
      child.stdin.write('stop\n');
      await ended;
    },
    kill: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
};

/** Fails where it takes a minute: a bound for a hung test, not a measure. */
export const until = async (isSo: () => boolean | Promise<boolean>): Promise<void> => {
  for (let step = 0; step < 2_400; step += 1) {
    if (await isSo()) return;
    await setTimeout(25);
  }
  throw new Error('it did not come about within a minute');
};

/** Process ids of those whose command line holds all these words. */
export const processesWith = (...words: readonly string[]): readonly number[] =>
  readdirSync('/proc')
    .map(Number)
    .filter((pid) => {
      const path = join('/proc', String(pid), 'cmdline');
      if (!(pid > 0) || !existsSync(path)) return false;
      try {
        const line = readFileSync(path, 'utf8').split('\0');
        return words.every((word) => line.includes(word));
      } catch {
        // It ended between the two.
        return false;
      }
    });
