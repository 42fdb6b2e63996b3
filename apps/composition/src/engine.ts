import { type EngineProcess, startEngineProcess } from '@backline/recommender';
import type { Platform } from './platform.ts';
import { TOKENS } from './tokens.ts';

/** Runs the recommender's engine beside the app, unless the configuration names one that runs elsewhere. */
export const startEngine = ({ container }: Platform): Pick<EngineProcess, 'stop'> => {
  const address = container.get(TOKENS.engineAddress);
  if (address.isGiven) return { stop: async () => undefined };
  const log = container.get(TOKENS.log).child({ app: 'recommender' });
  const engine = startEngineProcess({
    ...container.get(TOKENS.engineFolders),
    told: (what, detail) => {
      if (what === 'listening') log.info({ address: detail }, 'the engine listens');
      else if (what === 'ended') log.error({ detail }, 'the engine ended, and is started again');
      else log.warn(`${detail}: recommendations come from what there is without it`);
    },
  });
  address.follow(engine.address);
  return engine;
};
