import { describe, expect, test } from '@jest/globals';
import type { UserId } from '@backline/core/accounts';
import type { TrackId } from '@backline/core/catalog';
import { month } from '@backline/core/kernel';
import { type PayableCount, countTable, playCounts, rowsOf } from '@backline/core/payout';
import fc from 'fast-check';
import { SEEDED } from '../../arbitraries/seed.ts';

const row: fc.Arbitrary<PayableCount> = fc.record({
  listenerId: fc.constantFrom(9, 100, 2, 2 ** 40, 31).map((id) => id as UserId),
  trackId: fc.constantFrom(10, 9, 1_000, 2 ** 45).map((id) => id as TrackId),
  playedIn: fc.constantFrom(month('2026-10'), month('2026-08'), month('2026-09')),
  plays: fc.oneof(fc.integer({ min: 1, max: 5 }), fc.constant(2 ** 32 - 1)),
});

/** One row after the other into a list, then sorted. */
const merged = (rows: readonly PayableCount[]): readonly PayableCount[] => {
  const found: PayableCount[] = [];
  for (const each of rows) {
    const at = found.findIndex(
      (known) =>
        known.listenerId === each.listenerId && known.trackId === each.trackId && known.playedIn === each.playedIn,
    );
    if (at < 0) found.push(each);
    else found[at] = { ...each, plays: found[at]!.plays + each.plays };
  }
  return found.toSorted(
    (a, b) => a.listenerId - b.listenerId || a.trackId - b.trackId || (a.playedIn < b.playedIn ? -1 : 1),
  );
};

describe('play counts', () => {
  test('are the rows, each listener, track and month once, in order', () => {
    fc.assert(
      fc.property(fc.array(row, { maxLength: 40 }), (rows) => {
        const counts = playCounts(rows);
        expect([...rowsOf(counts)]).toEqual(merged(rows));
        expect([counts.plays.length, counts.trackMonthOf.length]).toEqual(Array(2).fill(merged(rows).length));
      }),
      { ...SEEDED, numRuns: 300 },
    );
  });

  test('are the same in whatever batches and order the rows come', () => {
    const told = fc
      .array(row, { maxLength: 40 })
      .chain((rows) => fc.tuple(fc.constant(rows), fc.shuffledSubarray(rows, { minLength: rows.length })));
    fc.assert(
      fc.property(told, ([rows, again]) => {
        const table = countTable();
        for (const each of again) table.add(each);
        expect(table.counts()).toEqual(playCounts(rows));
      }),
      SEEDED,
    );
  });

  test('can be added to after they were taken', () => {
    const [first, second] = fc.sample(row, { ...SEEDED, numRuns: 2 });
    const table = countTable();
    table.add(first!);
    expect([...rowsOf(table.counts())]).toEqual(merged([first!]));
    table.add(second!);
    expect([...rowsOf(table.counts())]).toEqual(merged([first!, second!]));
  });

  test('hold more rows than a column begins with', () => {
    const rows = Array.from({ length: 5_000 }, (_, index): PayableCount => ({
      listenerId: (1 + (index % 70)) as UserId,
      trackId: (1 + Math.floor(index / 70)) as TrackId,
      playedIn: month('2026-10'),
      plays: 1 + (index % 3),
    }));
    expect([...rowsOf(playCounts(rows.toReversed()))]).toEqual(merged(rows));
  });

  test.each([0, -1, 1.5, 2 ** 32, Number.NaN])('%p plays are a bug', (plays) => {
    const [it] = fc.sample(row, { ...SEEDED, numRuns: 1 });
    expect(() => playCounts([{ ...it!, plays }])).toThrow('not a count of plays');
  });
});
