import { TOKENS, runProcess, startEngine } from '@backline/composition';
import { startHttp } from '@backline/http';
import { startWorker } from '@backline/worker';

await runProcess(async (platform) => {
  const http = await startHttp(platform);
  const worker = await startWorker(platform);
  const { publicUrl } = platform.container.get(TOKENS.config);
  process.stdout.write(
    `Backline listens on ${http.url}. Try: open ${publicUrl}/docs, or fill it with npm run ops -- demo\n`,
  );
  const engine = startEngine(platform);
  return async () => {
    const engineStopped = engine.stop();
    await http.stop();
    await worker.stop();
    await engineStopped;
  };
});
