export type { EngineFolders } from './engine-commands.ts';
export { type EngineProcess, startEngineProcess } from './engine-process.ts';
export { type EngineTrainer, engineTrainer } from './engine-trainer.ts';
export { type EngineOptions, type EngineRecommender, engineRecommender } from './engine.ts';
export { type NeighboursOptions, neighbourRecommender } from './neighbours.ts';
