import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import { type EngineCommand, type EngineFolders, NO_ENVIRONMENT, startEngineCommand } from './engine-commands.ts';

export type EngineProcess = {
  /** Where it listens; null while it does not. */
  readonly address: () => string | null;
  readonly stop: () => Promise<void>;
};

type Options = Pick<EngineFolders, 'runner' | 'models'> & {
  readonly told: (what: 'listening' | 'ended' | 'impossible', detail: string) => void;
};

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 5 * 60_000;
/** Of a stop; the app's own is ten. */
const STOP_MS = 5_000;

/**
 * Keeps the engine running beside this process, which does not wait for it: its environment may have to be made first.
 * It is started again when it ends, after pauses that grow; without Python not before the next start.
 */
export const startEngineProcess = ({ runner, models, told }: Options): EngineProcess => {
  let address: string | null = null;
  let current: EngineCommand | null = null;
  const stopping = new AbortController();

  const serve = async (): Promise<number> => {
    const command = startEngineCommand(runner, [
      'serve',
      '--models',
      models,
      '--stop-with-stdin',
      '--log-level',
      'warning',
    ]);
    current = command;
    if (command.child.stdout !== null)
      createInterface({ input: command.child.stdout }).on('line', (line) => {
        address = addressIn(line) ?? address;
        if (address !== null) told('listening', address);
      });
    const status = await command.ended;
    address = null;
    return status;
  };

  const keep = async (): Promise<void> => {
    for (let pauseMs = FIRST_PAUSE_MS; !stopping.signal.aborted; pauseMs = Math.min(LONGEST_PAUSE_MS, 2 * pauseMs)) {
      const startedAt = performance.now();
      const status = await serve();
      if (stopping.signal.aborted) return;
      const why = current?.lastWords() ?? '';
      if (status === NO_ENVIRONMENT) return told('impossible', why);
      told('ended', why);
      if (performance.now() - startedAt > LONGEST_PAUSE_MS) pauseMs = FIRST_PAUSE_MS;
      await setTimeout(pauseMs, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  };

  const kept = keep();
  return {
    address: () => address,
    stop: async () => {
      stopping.abort();
      current?.child.stdin?.end();
      current?.child.kill();
      const force = globalThis.setTimeout(() => current?.child.kill('SIGKILL'), STOP_MS);
      await kept;
      clearTimeout(force);
    },
  };
};

const addressIn = (line: string): string | null => /^\{"listening": ?"(http:\/\/[^"]+)"\}$/.exec(line)?.[1] ?? null;
