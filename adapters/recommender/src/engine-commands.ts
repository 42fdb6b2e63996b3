import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';

export type EngineFolders = {
  /** The program that runs the engine's commands in its own environment, which it makes when it is not there. */
  readonly runner: string;
  /** Of the files that it learns from. */
  readonly exported: string;
  readonly models: string;
};

/** There is nothing here to run it with, such as no Python. */
export const NO_ENVIRONMENT = 3;

export type EngineCommand = {
  readonly child: ChildProcess;
  /** What it said last on standard error. */
  readonly lastWords: () => string;
  readonly ended: Promise<number>;
};

const MAX_WORDS = 2_000;
/** For its output's end, which what it has started itself may hold open. */
const OUTPUT_MS = 1_000;

/** Ends with this process: its standard input does. */
export const startEngineCommand = (runner: string, words: readonly string[]): EngineCommand => {
  const child = spawn(process.execPath, [runner, ...words], { stdio: ['pipe', 'pipe', 'pipe'] });
  let said = '';
  createInterface({ input: child.stderr }).on('line', (line) => {
    said = line.slice(0, MAX_WORDS);
  });
  // Writing to what ended is no matter: that it ended is told below.
  child.stdin.on('error', () => undefined);
  const closed = new Promise((resolve) => child.once('close', resolve));
  const ended = once(child, 'exit').then(
    async ([status]: unknown[]) => {
      await Promise.race([closed, setTimeout(OUTPUT_MS, undefined, { ref: false })]);
      return typeof status === 'number' ? status : 1;
    },
    (error: unknown) => {
      said = String(error);
      return 1;
    },
  );
  return { child, lastWords: () => said, ended };
};
