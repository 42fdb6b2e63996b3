import { type ChildProcess, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import type { RenderError, RenderWatch } from '@backline/core/catalog';
import { type Result, Unavailable, err, ok } from '@backline/core/kernel';
import type { Programs } from './programs.ts';

/** What one run may use at most. */
export type RunLimits = {
  readonly cpuSeconds: number;
  /** Twice what a busy machine takes: who exceeds it hangs. */
  readonly wallMs: number;
  readonly memoryBytes: number;
  /** Of any file that it writes. */
  readonly fileBytes: number;
};

export type ConfinedRun = {
  readonly arguments: readonly string[];
  /** Descriptors that the child has as `INPUT_FILE` and `OUTPUT_FILE`, where it needs them. */
  readonly input: number | null;
  readonly output: number | null;
  readonly limits: RunLimits;
  /** Of sound, for telling how much of it is done. */
  readonly durationMs: number;
  readonly watch: RenderWatch;
  /** What the run writes to its standard output. */
  readonly onOutput: (chunk: Buffer) => void;
};

/** Descriptors of the child. */
export const PROGRESS_FILE = 3;
export const INPUT_FILE = 4;
export const OUTPUT_FILE = 5;

const STDERR_KEPT = 16 * 1024;
const NICENESS = 10;
const OPEN_FILES = 32;
/** Between the signal that a limit of time sends and the one that nothing survives. */
const CPU_GRACE_SECONDS = 5;

export interface Confinement {
  /** Its standard error, where it ended well. Rejects for what no file can be blamed for. */
  readonly run: (programs: Programs, run: ConfinedRun) => Promise<Result<string, RenderError>>;
  /** Ends what runs: it rejects with `reason`, and so does all that comes later. */
  readonly endAll: (reason: Error) => Promise<void>;
}

/**
 * ffmpeg as a process group of its own, without an environment or a shell: niced, with the limits in the kernel, and
 * ended by it when this process ends, however it does.
 */
export const confinement = (): Confinement => {
  let over: Error | null = null;
  const running = new Map<ChildProcess, { readonly end: (reason: Error) => void; readonly ended: Promise<unknown> }>();

  return {
    run: async (programs, run) => {
      if (over !== null) throw over;
      const child = start(programs, run);
      const ended = endOf(child);
      const broken = Promise.withResolvers<never>();
      broken.promise.catch(() => undefined);
      const end = (reason: Error): void => {
        broken.reject(reason);
        killGroup(child);
      };
      running.set(child, { end, ended });
      const timer = setTimeout(() => end(new Error('ffmpeg took too long')), run.limits.wallMs);
      try {
        return await attend(child, ended, run, end, broken.promise);
      } finally {
        clearTimeout(timer);
        killGroup(child);
        await ended.catch(() => undefined);
        running.delete(child);
      }
    },
    endAll: async (reason) => {
      over = reason;
      const all = [...running.values()];
      for (const { end } of all) end(reason);
      await Promise.allSettled(all.map(({ ended }) => ended));
    },
  };
};

const start = (programs: Programs, { arguments: own, input, output, limits }: ConfinedRun): ChildProcess => {
  const { cpuSeconds, memoryBytes, fileBytes } = limits;
  const cpu = `--cpu=${cpuSeconds}:${cpuSeconds + CPU_GRACE_SECONDS}`;
  const limited = [cpu, `--as=${memoryBytes}`, `--fsize=${fileBytes}`, `--nofile=${OPEN_FILES}`, '--core=0'];
  const niced = [programs.nice, '-n', String(NICENESS), programs.ffmpeg];
  const confined = ['--pdeathsig', 'KILL', programs.prlimit, ...limited, ...niced];
  return spawn(programs.setpriv, [...confined, ...own], {
    cwd: '/',
    env: {},
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe', input ?? 'ignore', output ?? 'ignore'],
  });
};

type End = { readonly status: number | null; readonly signal: NodeJS.Signals | null };

const endOf = (child: ChildProcess): Promise<End> =>
  new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status, signal) => resolve({ status, signal }));
  });

/** Until its streams are closed too, so that nothing of it outlives this. */
const attend = async (
  child: ChildProcess,
  ended: Promise<End>,
  run: ConfinedRun,
  end: (reason: Error) => void,
  broken: Promise<never>,
): Promise<Result<string, RenderError>> => {
  let stderr = '';
  let isStopped = false;
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-STDERR_KEPT);
  });
  child.stdout?.on('data', run.onOutput);
  const told = watching(run, {
    stop: () => {
      isStopped = true;
      killGroup(child);
    },
    fail: end,
  });
  (child.stdio[PROGRESS_FILE] as Readable).setEncoding('utf8').on('data', told.progress);

  const { status, signal } = await Promise.race([ended, broken]);
  await Promise.race([told.idle(), broken]);
  if (isStopped) return err({ code: 'render_stopped' });
  if (status === 0) return ok(stderr);
  return judge(signal, stderr);
};

/** Asks the watch one question at a time, with the latest that is known. */
const watching = (
  { watch, durationMs }: ConfinedRun,
  { stop, fail }: { readonly stop: () => void; readonly fail: (reason: Error) => void },
): { readonly progress: (text: string) => void; readonly idle: () => Promise<void> } => {
  let asking: Promise<void> | null = null;
  const ask = async (share: number): Promise<void> => {
    try {
      if ((await watch(share)) === 'stop') stop();
    } catch (thrown) {
      fail(thrown instanceof Error ? thrown : new Error(String(thrown)));
    } finally {
      asking = null;
    }
  };
  return {
    progress: (text) => {
      const at = [...text.matchAll(/out_time_us=(\d+)/g)].at(-1)?.[1];
      if (at === undefined || asking !== null) return;
      asking = ask(Math.min(1, Number(at) / 1_000 / Math.max(1, durationMs)));
    },
    idle: async () => {
      await asking;
    },
  };
};

const killGroup = (child: ChildProcess): void => {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
};

/** Signal 24 is SIGXCPU, which ffmpeg takes as a wish to end. */
const TOO_COSTLY = /received signal 24\b|Cannot allocate memory/;

/** What ended by another signal, such as a crash, ended by its file. */
const judge = (signal: NodeJS.Signals | null, stderr: string): Result<string, RenderError> => {
  if (signal === 'SIGXFSZ' || /File too large/.test(stderr)) return err({ code: 'unrenderable', failure: 'too_large' });
  if (signal === 'SIGXCPU' || TOO_COSTLY.test(stderr)) return err({ code: 'unrenderable', failure: 'too_costly' });
  if (/No space left on device/.test(stderr)) throw new Unavailable('storage', { cause: new Error(stderr) });
  if (signal === 'SIGKILL' || signal === 'SIGTERM') throw new Error(`ffmpeg was ended by ${signal}`);
  return err({ code: 'unrenderable', failure: 'undecodable' });
};
