import { invariant } from '@backline/core/kernel';
import { inspectFile } from './inspect-file.ts';
import type { Answer, Task } from './inspection-process.ts';

const send = process.send?.bind(process);
invariant(send !== undefined, 'the inspection process was not started as one');

const answer = async ({ path, limits }: Task): Promise<Answer> => {
  try {
    return { inspection: await inspectFile(path, limits) };
  } catch (error) {
    return { failure: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
};

process.on('message', async (task: Task) => {
  send(await answer(task));
});
// Meant for the parent, which lets a file be read to its end and then ends this process.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => undefined);
send('ready');
