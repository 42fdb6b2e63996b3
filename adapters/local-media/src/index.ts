export type { ServingLimits } from './file-source.ts';
export { type LocalImageOptions, type LocalImageStore, localImageStore } from './image-store.ts';
export { type LocalMediaOptions, type LocalMediaStore, localMediaStore } from './media-store.ts';
export { sweepStaging } from './staging.ts';
