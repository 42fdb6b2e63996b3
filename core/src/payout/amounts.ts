import { type Micros, invariant, micros } from '../kernel/index.ts';

/** The lesser of two amounts of one currency. */
export const least = (a: bigint, b: bigint): Micros => micros(a < b ? a : b);

/** Amounts of one currency together. */
export const total = (amounts: readonly bigint[]): Micros => micros(amounts.reduce((sum, amount) => sum + amount, 0n));

/** Two lists of the same length, pair by pair. */
export const sideBySide = <A, B>(a: readonly A[], b: readonly B[]): readonly (readonly [A, B])[] => {
  invariant(a.length === b.length, `${a.length} can not stand beside ${b.length}`);
  const others = b.values();
  return a.map((each) => {
    const other = others.next();
    invariant(other.done !== true, 'no other is left');
    return [each, other.value];
  });
};
