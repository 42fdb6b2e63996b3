import { Worker } from 'node:worker_threads';
import type { StatementPrinter } from '@backline/core/payout';
import type { PrintAnswer, PrintTask } from './print-thread.ts';

export type PdfStatementPrinter = StatementPrinter & { readonly close: () => Promise<void> };

/** The entry runs as it lies beside this file: TypeScript from source, JavaScript once built. */
const fromSource = import.meta.url.endsWith('.ts');
const ENTRY = new URL(fromSource ? './print-thread.ts' : './print-thread.js', import.meta.url);

/** In a thread of its own, which the first statement starts: drawing one takes up to some seconds. */
export const pdfStatementPrinter = (): PdfStatementPrinter => {
  let thread: PdfStatementPrinter | null = null;
  return {
    print: (issued, artistName) => {
      thread ??= printThread(() => {
        thread = null;
      });
      return thread.print(issued, artistName);
    },
    close: async () => {
      await thread?.close();
    },
  };
};

type Waiting = { readonly resolve: (bytes: Uint8Array) => void; readonly reject: (cause: Error) => void };

const printThread = (onEnd: () => void): PdfStatementPrinter => {
  const waiting = new Map<number, Waiting>();
  const worker = new Worker(ENTRY, { env: {}, execArgv: fromSource ? ['--conditions=@backline/source'] : [] });
  let last = 0;

  const fail = (cause: Error): void => {
    onEnd();
    for (const { reject } of waiting.values()) reject(cause);
    waiting.clear();
  };
  worker.on('message', (answer: PrintAnswer) => {
    const { resolve, reject } = waiting.get(answer.number) ?? {};
    waiting.delete(answer.number);
    // Lets the process end while there is nothing to draw.
    if (waiting.size === 0) worker.unref();
    if ('bytes' in answer) resolve?.(answer.bytes);
    else reject?.(new Error(`a statement could not be drawn: ${answer.failure}`));
  });
  worker.on('error', fail);
  worker.on('exit', () => fail(new Error('the printing thread has ended')));

  return {
    print: (issued, artistName) =>
      new Promise((resolve, reject) => {
        last += 1;
        waiting.set(last, { resolve, reject });
        worker.ref();
        worker.postMessage({ number: last, issued, artistName } satisfies PrintTask, []);
      }),
    close: async () => {
      await worker.terminate();
    },
  };
};
