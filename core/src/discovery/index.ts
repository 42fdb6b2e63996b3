export type * from './errors.ts';
export type * from './ports.ts';
export * from './recommend.ts';
export type * from './recommendation.ts';
