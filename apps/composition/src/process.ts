import { ConfigError } from './config.ts';
import { configFromEnvironment } from './environment.ts';
import { type Platform, openPlatform } from './platform.ts';
import { TOKENS } from './tokens.ts';

const STOP_TIMEOUT_MS = 10_000;

/**
 * The life of a long-running process: opens the platform, runs `start`, and on SIGINT or SIGTERM what `start`
 * returned, all within 10 s. A second signal, or an error that nobody caught, ends it at once with status 1.
 */
export const runProcess = async (start: (platform: Platform) => Promise<() => Promise<void>>): Promise<void> => {
  const stopping = Promise.withResolvers<number>();
  let signals = 0;
  const onSignal = (): void => {
    signals += 1;
    if (signals > 1) process.exit(1);
    stopping.resolve(0);
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  process.on('uncaughtException', (cause) => {
    process.stderr.write(`${cause.stack ?? cause.message}\n`);
    stopping.resolve(1);
  });

  const { platform, stop } = await startOrExplain(start);
  const status = await stopping.promise;
  setTimeout(() => process.exit(1), STOP_TIMEOUT_MS).unref();
  await stop();
  container(platform).info('stopped');
  await platform.close();
  process.exit(status);
};

const container = (platform: Platform) => platform.container.get(TOKENS.log);

type Running = { readonly platform: Platform; readonly stop: () => Promise<void> };

/** What an operator can mend is one line; anything else is a bug, and shows where. Either way, status 1. */
const startOrExplain = async (start: (platform: Platform) => Promise<() => Promise<void>>): Promise<Running> => {
  let platform: Platform | null = null;
  try {
    platform = await openPlatform(configFromEnvironment());
    return { platform, stop: await start(platform) };
  } catch (cause) {
    process.stderr.write(`${explanation(cause)}\n`);
    setTimeout(() => process.exit(1), STOP_TIMEOUT_MS).unref();
    await platform?.close();
    process.exit(1);
  }
};

const explanation = (cause: unknown): string => {
  if (cause instanceof ConfigError) return cause.message;
  return cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
};
