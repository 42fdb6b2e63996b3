import type { ModelTrainer, TrainedModel } from '@backline/core/discovery';
import { err, ok } from '@backline/core/kernel';
import { type EngineCommand, type EngineFolders, startEngineCommand } from './engine-commands.ts';

export type EngineTrainer = ModelTrainer & {
  /** Breaks off what is being learnt, which throws, and learns no more. */
  readonly close: () => void;
};

/** Lets the engine learn, as a process of its own, from the exported files alone. */
export const engineTrainer = ({ runner, exported, models }: EngineFolders): EngineTrainer => {
  const running = new Set<EngineCommand>();
  let closed = false;

  const learn = async (command: EngineCommand): ReturnType<ModelTrainer['train']> => {
    let told = '';
    command.child.stdout?.setEncoding('utf8').on('data', (text: string) => (told += text));
    const status = await command.ended;
    if (closed) throw new Error('the training was broken off, since the app stops');
    if (status !== 0)
      return err({ code: 'training_refused', reason: command.lastWords() || `it ended with ${status}` });
    const model = modelIn(told);
    return model === null ? err({ code: 'training_refused', reason: 'it did not say what it learnt' }) : ok(model);
  };

  return {
    train: async () => {
      if (closed) throw new Error('no training is begun, since the app stops');
      const command = startEngineCommand(runner, ['train', '--export', exported, '--models', models]);
      running.add(command);
      return learn(command).finally(() => running.delete(command));
    },
    close: () => {
      closed = true;
      for (const { child } of running) child.kill();
    },
  };
};

const modelIn = (text: string): TrainedModel | null => {
  const parsed: unknown = JSON.parse(text.trim().split('\n').at(-1) ?? 'null');
  if (typeof parsed !== 'object' || parsed === null) return null;
  const field = (name: string): unknown => Reflect.get(parsed, name);
  const [version, family] = [field('version'), field('family')];
  const [tracks, listeners, plays] = [field('tracks'), field('listeners'), field('plays')];
  if (typeof version !== 'string' || typeof family !== 'string') return null;
  if (typeof tracks !== 'number' || typeof listeners !== 'number' || typeof plays !== 'number') return null;
  return { version, family, tracks, listeners, plays };
};
