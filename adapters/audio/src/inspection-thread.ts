import { Worker } from 'node:worker_threads';
import type { Inspection } from './inspect-file.ts';
import { type SoundLimits, unplayable } from './verdict.ts';

export type Task = { readonly path: string; readonly limits: SoundLimits };
export type Ready = 'ready';

export type ThreadLimits = { readonly timeLimitMs: number; readonly heapMb: number };

export interface InspectionThread {
  /** One at a time. Rejects only for a bug. */
  readonly inspect: (task: Task) => Promise<Inspection>;
  readonly close: () => Promise<void>;
}

const tooCostly = unplayable('Reading it takes too long. Export it again, without large attachments.');

const OUT_OF_MEMORY = 'ERR_WORKER_OUT_OF_MEMORY';
const isOutOfMemory = (error: Error): boolean => 'code' in error && error.code === OUT_OF_MEMORY;

/** The worker runs as it lies beside this file: TypeScript from source, JavaScript once built. */
const fromSource = import.meta.url.endsWith('.ts');
const WORKER = new URL(fromSource ? './inspection-worker.ts' : './inspection-worker.js', import.meta.url);

const start = async (heapMb: number): Promise<Worker> => {
  const worker = new Worker(WORKER, {
    execArgv: fromSource ? ['--conditions=@backline/source'] : [],
    resourceLimits: { maxOldGenerationSizeMb: heapMb, maxYoungGenerationSizeMb: 8, stackSizeMb: 2 },
  });
  await new Promise<void>((resolve, reject) => {
    worker.once('message', () => resolve());
    worker.once('error', reject);
  });
  return worker;
};

/** What came of a task; `spent` when the worker is of no more use. */
type Answer = { readonly inspection: Inspection; readonly spent: boolean };

const ask = (worker: Worker, task: Task, timeLimitMs: number): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const spent = { inspection: tooCostly, spent: true };
    const timer = setTimeout(() => settle(() => resolve(spent)), timeLimitMs);
    const onMessage = (inspection: Inspection): void => settle(() => resolve({ inspection, spent: false }));
    const onError = (error: Error): void => settle(() => (isOutOfMemory(error) ? resolve(spent) : reject(error)));
    const settle = (how: () => void): void => {
      clearTimeout(timer);
      worker.off('message', onMessage);
      worker.off('error', onError);
      how();
    };
    worker.on('message', onMessage);
    worker.on('error', onError);
    worker.postMessage(task, []);
  });

/** A worker thread that serves file after file, and is replaced when a file was too much for it. */
export const inspectionThread = ({ timeLimitMs, heapMb }: ThreadLimits): InspectionThread => {
  let worker: Worker | null = null;

  const retire = async (): Promise<void> => {
    const retired = worker;
    worker = null;
    await retired?.terminate();
  };
  const running = async (): Promise<Worker> => {
    if (worker !== null) return worker;
    const started = await start(heapMb);
    started.on('error', () => {
      if (worker === started) worker = null;
    });
    worker = started;
    return started;
  };

  return {
    inspect: async (task) => {
      const current = await running();
      current.ref();
      try {
        const { inspection, spent } = await ask(current, task, timeLimitMs);
        if (spent) await retire();
        return inspection;
      } catch (error) {
        await retire();
        throw error;
      } finally {
        current.unref();
      }
    },
    close: retire,
  };
};
