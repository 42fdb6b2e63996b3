export { type TrainingFilesOptions, parquetTrainingFiles } from './training-files.ts';
