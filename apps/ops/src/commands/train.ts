import { TOKENS, openPlatform } from '@backline/composition';
import { type Command, UsageError } from './command.ts';

export const train: Command = {
  name: ['train'],
  usage: '',
  run: async (words, config) => {
    if (words.length > 0) throw new UsageError('train takes nothing');
    const platform = await openPlatform(config);
    try {
      const trained = await platform.container.get(TOKENS.core).discovery.trainRecommender();
      return trained.ok
        ? { ok: true, document: trained.value }
        : { ok: false, document: { error: trained.error.reason } };
    } finally {
      await platform.close();
    }
  },
};
