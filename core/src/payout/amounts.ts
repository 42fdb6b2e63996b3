import { type Micros, micros } from '../kernel/index.ts';

/** The lesser of two amounts of one currency. */
export const least = (a: bigint, b: bigint): Micros => micros(a < b ? a : b);

/** Amounts of one currency together. */
export const total = (amounts: readonly bigint[]): Micros => micros(amounts.reduce((sum, amount) => sum + amount, 0n));
