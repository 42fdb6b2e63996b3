export * from './audio/aac.ts';
export { be, concat, latin1, randomBytes, randomFrom } from './audio/bytes.ts';
export * from './audio/flac.ts';
export * from './audio/mp3.ts';
export * from './audio/mutants.ts';
export * from './audio/ogg.ts';
export * from './audio/wav.ts';
