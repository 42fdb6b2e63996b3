import { describe, expect, test } from '@jest/globals';
import type { UserId } from '@backline/core/accounts';
import type { TrackId } from '@backline/core/catalog';
import { USD, instant, micros, money, month } from '@backline/core/kernel';
import {
  type FoundFraud,
  type SplitVersionId,
  debtsReversed,
  divide,
  reversedShares,
  takeBackShares,
} from '@backline/core/payout';
import fc from 'fast-check';
import { SEEDED } from '../../arbitraries/seed.ts';

const PERIOD = month('2026-10');
const EARLIER = month('2026-09');
const SPLIT = 7 as SplitVersionId;
const USERS = [1, 2, 3] as readonly number[] as readonly UserId[];

const amount = fc.oneof(fc.bigInt({ min: 0n, max: 20n }), fc.bigInt({ min: 0n, max: 10n ** 9n }));

const shares = fc
  .integer({ min: 1, max: 9_998 })
  .chain((first) =>
    fc.integer({ min: 1, max: 9_999 - first }).map((second) => [first, second, 10_000 - first - second]),
  )
  .map((points) => USERS.map((userId, index) => ({ userId, basisPoints: points[index] ?? 0, acceptedAt: instant(0) })));

/** Of different tracks of one close, every other one split. */
const found: fc.Arbitrary<readonly FoundFraud[]> = fc
  .array(fc.tuple(amount, amount, shares), { minLength: 1, maxLength: 4 })
  .map((tracks) =>
    tracks.map(([fraud, rest, of], index) => ({
      period: PERIOD,
      trackId: (index + 1) as TrackId,
      splitVersion: index % 2 === 0 ? null : SPLIT,
      plays: 1,
      amount: micros(fraud),
      counted: micros(fraud + rest),
      shares: of,
    })),
  );

const standing = fc.record({
  owed: fc.uniqueArray(
    fc.record({
      origin: fc.constantFrom(PERIOD, EARLIER),
      userId: fc.constantFrom(...USERS),
      trackId: fc.integer({ min: 1, max: 5 }).map((id) => id as TrackId),
      splitVersion: fc.constantFrom(null, SPLIT),
      amount: amount.map(micros),
    }),
    { maxLength: 12, selector: (debt) => `${debt.origin} ${debt.userId} ${debt.trackId} ${debt.splitVersion}` },
  ),
  available: fc.tuple(amount, amount, amount),
});

describe('what is taken back', () => {
  const cases = fc.tuple(found, standing).map(([fraud, { owed: debts, available }]) => {
    const has = new Map(USERS.map((userId, index) => [userId, micros(available[index] ?? 0n)]));
    return { fraud, debts, has, taken: takeBackShares(fraud, debts, has, USD) };
  });

  test('is for each share what it has less than without the plays', () => {
    fc.assert(
      fc.property(cases, ({ fraud, taken }) => {
        for (const { trackId, counted, amount: gone, shares: of } of fraud) {
          const [was, is] = [counted, counted - gone].map((whole) => divide(money(whole, USD), of));
          const lost = taken.filter((share) => share.trackId === trackId);
          expect(lost.map(({ fromDeferred, fromAvailable, owed }) => fromDeferred + fromAvailable + owed)).toEqual(
            was!.map((share, index) => share.amount.micros - is![index]!.amount.micros),
          );
        }
      }),
      { ...SEEDED, numRuns: 500 },
    );
  });

  test('is from that share’s own debt first, then from what its owner has, however many tracks there are', () => {
    fc.assert(
      fc.property(cases, ({ debts, has, taken }) => {
        for (const share of taken) {
          const debt =
            debts.find(
              ({ origin, userId, trackId, splitVersion }) =>
                origin === share.period &&
                userId === share.artistId &&
                trackId === share.trackId &&
                splitVersion === share.splitVersion,
            )?.amount ?? 0n;
          expect(share.fromDeferred).toBeLessThanOrEqual(debt);
          if (share.fromAvailable > 0n) expect(share.fromDeferred).toBe(debt);
        }
        for (const userId of USERS) {
          const own = taken.filter(({ artistId }) => artistId === userId);
          const used = own.reduce((sum, { fromAvailable }) => sum + fromAvailable, 0n);
          expect(used).toBeLessThanOrEqual(has.get(userId)!);
          const last = own.findLast((share) => share.owed > 0n);
          if (last !== undefined) {
            const until = own.slice(0, own.indexOf(last) + 1);
            expect(until.reduce((sum, { fromAvailable }) => sum + fromAvailable, 0n)).toBe(has.get(userId)!);
          }
        }
      }),
      { ...SEEDED, numRuns: 500 },
    );
  });

  test('is told to whom it changes something, to the last micro', () => {
    fc.assert(
      fc.property(cases, ({ fraud, taken }) => {
        const told = reversedShares(taken);
        expect(told.every(({ balance, deferred }) => balance !== 0n || deferred !== 0n)).toBe(true);
        const debts = debtsReversed({ shares: told });
        expect(debts.map((debt) => debt.amount)).toEqual(
          told.map(({ deferred }) => deferred).filter((deferred) => deferred !== 0n),
        );
        expect(told.reduce((sum, { balance, deferred }) => sum - balance - deferred, 0n)).toBe(
          fraud.reduce((sum, { amount: gone }) => sum + gone, 0n),
        );
      }),
      { ...SEEDED, numRuns: 500 },
    );
  });
});
