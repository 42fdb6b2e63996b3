import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Inspection } from './inspect-file.ts';
import { type SoundLimits, unplayable } from './verdict.ts';

export type Task = { readonly path: string; readonly limits: SoundLimits };
export type Answer = { readonly inspection: Inspection } | { readonly failure: string };

export type ProcessLimits = { readonly timeLimitMs: number; readonly heapMb: number };

export interface InspectionProcess {
  /** One at a time. Rejects only for what no file can be blamed for. */
  readonly inspect: (task: Task) => Promise<Inspection>;
  readonly close: () => Promise<void>;
}

const tooCostly = unplayable('Reading it takes too much time or memory. Export it again, without large attachments.');

/** The entry runs as it lies beside this file: TypeScript from source, JavaScript once built. */
const fromSource = import.meta.url.endsWith('.ts');
const ENTRY = fileURLToPath(new URL(fromSource ? './inspection-child.ts' : './inspection-child.js', import.meta.url));

/** Without the environment: what parses strangers' files shall know no secrets. */
const start = async (heapMb: number): Promise<ChildProcess> => {
  const child = fork(ENTRY, [], {
    execArgv: [`--max-old-space-size=${heapMb}`, ...(fromSource ? ['--conditions=@backline/source'] : [])],
    env: {},
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    serialization: 'advanced',
  });
  await new Promise<void>((resolve, reject) => {
    child.once('message', () => resolve());
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`the inspection process ended with ${code} before it was ready`)));
  });
  return child;
};

const end = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.ref();
  child.kill('SIGKILL');
  await ended;
};

/** Null when the process ended, or took its time, without one. */
const ask = (child: ChildProcess, task: Task, timeLimitMs: number): Promise<Answer | null> =>
  new Promise((resolve, reject) => {
    const settle = (how: () => void): void => {
      clearTimeout(timer);
      child.off('message', onMessage);
      child.off('exit', onSilence);
      child.off('error', onError);
      how();
    };
    const onMessage = (answer: unknown): void => settle(() => resolve(answer as Answer));
    const onSilence = (): void => settle(() => resolve(null));
    const onError = (error: Error): void => settle(() => reject(error));
    const timer = setTimeout(onSilence, timeLimitMs);
    child.on('message', onMessage);
    child.on('exit', onSilence);
    child.on('error', onError);
    child.send(task);
  });

/** Lets the parent end while the child has nothing to do; the child ends with it. */
const setKeptAlive = (child: ChildProcess, isKept: boolean): void => {
  if (isKept) child.ref();
  else child.unref();
  if (isKept) child.channel?.ref();
  else child.channel?.unref();
};

/**
 * A process that serves file after file, and is replaced when a file was too much for it. Not a thread: past its heap
 * limit V8 aborts the process whose thread it is, wherever one allocation is larger than the slack it has.
 */
export const inspectionProcess = ({ timeLimitMs, heapMb }: ProcessLimits): InspectionProcess => {
  let current: ChildProcess | null = null;

  const forget = (child: ChildProcess) => (): void => {
    if (current === child) current = null;
  };
  const running = async (): Promise<ChildProcess> => {
    if (current !== null) return current;
    const child = await start(heapMb);
    child.on('exit', forget(child));
    child.on('error', forget(child));
    current = child;
    return child;
  };
  const retire = async (): Promise<void> => {
    const child = current;
    current = null;
    if (child !== null) await end(child);
  };

  return {
    inspect: async (task) => {
      const child = await running();
      setKeptAlive(child, true);
      const answer = await ask(child, task, timeLimitMs).finally(() => setKeptAlive(child, false));
      if (answer === null) await retire();
      if (answer !== null && 'failure' in answer) throw new Error(`a file could not be inspected: ${answer.failure}`);
      return answer?.inspection ?? tooCostly;
    },
    close: retire,
  };
};
