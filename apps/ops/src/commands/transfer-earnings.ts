import { TOKENS, openPlatform } from '@backline/composition';
import { type Command, requiredOptions } from './command.ts';

export const transferEarnings: Command = {
  name: ['transfer-earnings'],
  usage: '',
  run: async (words, config) => {
    requiredOptions(words, []);
    const platform = await openPlatform(config);
    try {
      const { payout } = platform.container.get(TOKENS.core);
      const released = await payout.releaseEarnings();
      const run = await payout.transferEarnings();
      return { ok: run.failed + run.waiting === 0, document: { released, ...run } };
    } finally {
      await platform.close();
    }
  },
};
