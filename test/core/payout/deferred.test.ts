import { describe, expect, test } from '@jest/globals';
import type { UserId } from '@backline/core/accounts';
import type { TrackId } from '@backline/core/catalog';
import { USD, micros, month } from '@backline/core/kernel';
import { type Debt, owedByOrigin, payDebts } from '@backline/core/payout';

const debt = (origin: string, userId: number, trackId: number, splitVersion: number | null, amount = 1n): Debt => ({
  origin: month(origin),
  userId: userId as UserId,
  trackId: trackId as TrackId,
  splitVersion: splitVersion as Debt['splitVersion'],
  amount: micros(amount),
});

/** In the order in which an odd micro finds them. */
const IN_ORDER = [
  debt('2026-08', 2, 2, null),
  debt('2026-08', 2, 2, 1),
  debt('2026-08', 2, 2, 7),
  debt('2026-08', 2, 11, null),
  debt('2026-08', 10, 1, 3),
  debt('2026-09', 1, 1, null),
  debt('2026-09', 1, 1, 2),
];

describe('debts', () => {
  test.each(IN_ORDER.map((_, paid) => paid))(
    'of the same amount are paid by age, user, track and split: the first %d',
    (paid) => {
      for (const told of [IN_ORDER, IN_ORDER.toReversed()])
        expect(payDebts(told, micros(BigInt(paid)), USD)).toEqual({
          paid: IN_ORDER.slice(0, paid),
          remaining: IN_ORDER.slice(paid),
          left: 0n,
        });
    },
  );

  test('are paid in part by what is owed, and what is not needed is left', () => {
    const debts = [debt('2026-08', 1, 1, null, 30n), debt('2026-08', 2, 1, null, 10n), debt('2026-09', 1, 1, null, 5n)];
    const part = payDebts(debts, micros(20n), USD);
    expect(part.paid.map(({ amount }) => amount)).toEqual([15n, 5n]);
    expect(part.remaining.map(({ amount }) => amount)).toEqual([15n, 5n, 5n]);
    expect(payDebts(debts, micros(50n), USD)).toEqual({ paid: debts, remaining: [], left: 5n });
    expect(payDebts([], micros(50n), USD)).toEqual({ paid: [], remaining: [], left: 50n });
  });

  test('are told by month, oldest first', () => {
    expect(owedByOrigin(IN_ORDER.toReversed())).toEqual([
      { origin: '2026-08', amount: 5n },
      { origin: '2026-09', amount: 2n },
    ]);
    expect(owedByOrigin([])).toEqual([]);
  });
});
