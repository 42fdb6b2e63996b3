import type { UserId } from '../accounts/index.ts';
import type { TrackId } from '../catalog/index.ts';
import { type Currency, type Micros, type Month, compareText, micros } from '../kernel/index.ts';
import { least, sideBySide, total } from './amounts.ts';
import { proportionally } from './funding.ts';
import type { SplitVersionId } from './split.ts';

/** R8: what an artist is still owed for their share in a track, since the month that could not fund it. */
export type Debt = {
  readonly origin: Month;
  readonly userId: UserId;
  readonly trackId: TrackId;
  /** Whose share it is (R6): its acceptance makes it available once it is paid. */
  readonly splitVersion: SplitVersionId | null;
  /** Positive. */
  readonly amount: Micros;
};

export type DebtsPaid = {
  readonly paid: readonly Debt[];
  readonly remaining: readonly Debt[];
  /** What was not needed. */
  readonly left: Micros;
};

/** Oldest months first; within a month by largest remainder on what is owed, ties by user, track and split version. */
export const payDebts = (debts: readonly Debt[], available: Micros, currency: Currency): DebtsPaid => {
  const paid: Debt[] = [];
  const remaining: Debt[] = [];
  let left: bigint = available;
  for (const owed of Map.groupBy(debts.toSorted(byAge), ({ origin }) => origin).values()) {
    const amounts = owed.map(({ amount }) => amount);
    const now = least(left, total(amounts));
    const parts = proportionally(now, amounts, currency);
    for (const [debt, part] of sideBySide(owed, parts)) {
      if (part > 0n) paid.push({ ...debt, amount: part });
      if (part < debt.amount) remaining.push({ ...debt, amount: micros(debt.amount - part) });
    }
    left -= now;
  }
  return { paid, remaining, left: micros(left) };
};

/** What is owed for each month, oldest first. */
export const owedByOrigin = (debts: readonly Debt[]): readonly { readonly origin: Month; readonly amount: Micros }[] =>
  [...Map.groupBy(debts.toSorted(byAge), ({ origin }) => origin)].map(([origin, owed]) => ({
    origin,
    amount: total(owed.map(({ amount }) => amount)),
  }));

export const byAge = (a: Debt, b: Debt): number =>
  compareText(a.origin, b.origin) ||
  a.userId - b.userId ||
  a.trackId - b.trackId ||
  (a.splitVersion ?? 0) - (b.splitVersion ?? 0);
