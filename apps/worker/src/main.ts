import { runProcess } from '@backline/composition';
import { startWorker } from './worker.ts';

await runProcess(async (platform) => {
  const worker = await startWorker(platform);
  process.stdout.write('Backline worker runs. Stop it with Ctrl-C.\n');
  return worker.stop;
});
