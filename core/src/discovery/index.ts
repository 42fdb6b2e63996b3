export type * from './errors.ts';
export * from './forget-impressions.ts';
export type * from './impressions.ts';
export type * from './ports.ts';
export * from './radio.ts';
export * from './recommend.ts';
export type * from './recommendation.ts';
export * from './training.ts';
