import { type Micros, micros } from '@backline/core/kernel';

export const total = (amounts: readonly Micros[]): Micros => micros(amounts.reduce((sum, each) => sum + each, 0n));
