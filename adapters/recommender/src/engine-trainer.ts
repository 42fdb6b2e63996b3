import type { ModelTrainer, TrainedModel } from '@backline/core/discovery';
import { err, ok } from '@backline/core/kernel';
import { type EngineFolders, startEngineCommand } from './engine-commands.ts';

/** Lets the engine learn, as a process of its own, from the exported files alone. */
export const engineTrainer = ({ runner, exported, models }: EngineFolders): ModelTrainer => ({
  train: async () => {
    const command = startEngineCommand(runner, ['train', '--export', exported, '--models', models]);
    let told = '';
    command.child.stdout?.setEncoding('utf8').on('data', (text: string) => (told += text));
    const status = await command.ended;
    if (status !== 0)
      return err({ code: 'training_refused', reason: command.lastWords() || `it ended with ${status}` });
    const model = modelIn(told);
    return model === null ? err({ code: 'training_refused', reason: 'it did not say what it learnt' }) : ok(model);
  },
});

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
