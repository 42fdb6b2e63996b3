import { runProcess } from '@backline/composition';
import { startHttp } from './start.ts';

await runProcess(async (platform) => {
  const http = await startHttp(platform);
  process.stdout.write(`Backline listens on ${http.url}, without a worker.\n`);
  return http.stop;
});
