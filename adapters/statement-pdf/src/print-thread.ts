import { parentPort } from 'node:worker_threads';
import { invariant } from '@backline/core/kernel';
import type { IssuedStatement } from '@backline/core/payout';
import { statementDrawing } from './drawing.ts';

export type PrintTask = { readonly number: number; readonly issued: IssuedStatement; readonly artistName: string };
export type PrintAnswer = { readonly number: number } & ({ readonly bytes: Uint8Array } | { readonly failure: string });

const port = parentPort;
invariant(port !== null, 'the printing thread was not started as one');

const draw = statementDrawing();

const answer = async ({ number, issued, artistName }: PrintTask): Promise<PrintAnswer> => {
  try {
    return { number, bytes: await draw(issued, artistName) };
  } catch (cause) {
    return { number, failure: cause instanceof Error ? (cause.stack ?? cause.message) : String(cause) };
  }
};

port.on('message', async (task: PrintTask) => {
  port.postMessage(await answer(task), []);
});
