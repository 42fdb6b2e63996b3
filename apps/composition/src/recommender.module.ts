import { join } from 'node:path';
import { engineRecommender, engineTrainer, neighbourRecommender } from '@backline/recommender';
import { parquetTrainingFiles } from '@backline/training-data';
import { ContainerModule } from 'inversify';
import type { Config } from './config.ts';
import { engineAddress } from './engine-address.ts';
import { TOKENS } from './tokens.ts';

/** The engine, what it learns from, and what serves without it. */
export const recommenderModule = ({ dataDir, recommenderUrl }: Config): ContainerModule =>
  new ContainerModule(({ bind }) => {
    const folder = join(dataDir, 'recommender');
    const folders = {
      runner: join(import.meta.dirname, '../../recommender/run.mjs'),
      exported: join(folder, 'export'),
      models: join(folder, 'models'),
    };
    bind(TOKENS.engineFolders).toConstantValue(folders);
    bind(TOKENS.engineAddress)
      .toDynamicValue(() => engineAddress(recommenderUrl))
      .inSingletonScope();
    bind(TOKENS.recommender)
      .toResolvedValue(
        ({ url }, log) => engineRecommender({ address: url, warn: (message, detail) => log.warn(detail, message) }),
        [TOKENS.engineAddress, TOKENS.log],
      )
      .inSingletonScope();
    bind(TOKENS.neighbours)
      .toResolvedValue(
        (log) => neighbourRecommender({ models: folders.models, warn: (message, detail) => log.warn(detail, message) }),
        [TOKENS.log],
      )
      .inSingletonScope();
    bind(TOKENS.trainingFiles)
      .toResolvedValue((pathOf) => parquetTrainingFiles({ directory: folders.exported, pathOf }), [TOKENS.mediaPath])
      .inSingletonScope();
    bind(TOKENS.modelTrainer)
      .toDynamicValue(() => engineTrainer(folders))
      .inSingletonScope();
    bind(TOKENS.circuit).toResolvedValue(({ circuit }) => ({ name: 'recommender', ...circuit }), [TOKENS.recommender]);
    bind(TOKENS.remoteCheck).toResolvedValue(
      ({ url }) => ({
        name: 'recommender',
        required: false,
        run: async () => {
          if (url() === null)
            throw new Error('the engine does not run; recommendations come from what there is without it');
        },
      }),
      [TOKENS.engineAddress],
    );
  });
