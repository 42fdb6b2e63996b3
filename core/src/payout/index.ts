export * from './accrual.ts';
export * from './add-rate.ts';
export * from './advance-rollup.ts';
export * from './earnings.ts';
export type * from './errors.ts';
export * from './policy.ts';
export type * from './ports.ts';
export * from './rate.ts';
export * from './verdict.ts';
