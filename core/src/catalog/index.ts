export * from './edit-track.ts';
export type * from './errors.ts';
export type * from './events.ts';
export type * from './ports.ts';
export * from './publish-track.ts';
export * from './remove-track.ts';
export * from './stage-audio.ts';
export type * from './track.ts';
