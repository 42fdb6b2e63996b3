import { parentPort } from 'node:worker_threads';
import { invariant } from '@backline/core/kernel';
import { inspectFile } from './inspect-file.ts';
import type { Ready, Task } from './inspection-thread.ts';

const port = parentPort;
invariant(port !== null, 'the inspection worker was not started as one');

port.on('message', async ({ path, limits }: Task) => {
  port.postMessage(await inspectFile(path, limits));
});
port.postMessage('ready' satisfies Ready);
