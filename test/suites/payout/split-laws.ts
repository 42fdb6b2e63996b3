import { describe, expect, test } from '@jest/globals';
import type { UserId } from '@backline/core/accounts';
import type { TrackId } from '@backline/core/catalog';
import { type Instant, USD, instant, money, month } from '@backline/core/kernel';
import { type SplitShare, type SplitVersion, WHOLE_BASIS_POINTS } from '@backline/core/payout';
import fc from 'fast-check';
import { oneByOne } from '../../arbitraries/close-oracle.ts';
import { basisPoints } from '../../arbitraries/month-case.ts';
import { SEEDED } from '../../arbitraries/seed.ts';
import type { PayoutRules } from './rules.ts';

const NOW = instant(Date.parse('2026-10-17T12:00:00Z'));

const amount = fc.oneof(fc.bigInt({ min: 0n, max: 50n }), fc.bigInt({ min: 0n, max: 10n ** 20n }));

/** Parts of the whole, also equal ones, of users in any order. */
const shares: fc.Arbitrary<readonly SplitShare[]> = fc
  .tuple(
    fc.oneof(basisPoints, fc.constantFrom([5_000, 5_000], [2_500, 2_500, 2_500, 2_500], [3_334, 3_333, 3_333])),
    fc.uniqueArray(fc.integer({ min: 1, max: 40 }), { minLength: 4, maxLength: 4 }),
  )
  .map(([parts, users]) =>
    parts.map((points, index) => ({ userId: users[index] as UserId, basisPoints: points, acceptedAt: null })),
  );

const split = fc.record({ amount, shares });

/** R6. */
export const splitLaws = ({ divide, splitFor, proposeSplit, acceptSplit }: PayoutRules): void => {
  const amounts = (total: bigint, of: readonly SplitShare[]): readonly bigint[] =>
    divide(money(total, USD), of).map((share) => share.amount.micros);

  describe('a split', () => {
    test('adds up to the whole, each share the floor or the ceiling of its part', () => {
      fc.assert(
        fc.property(split, ({ amount: total, shares: of }) => {
          const divided = divide(money(total, USD), of);
          expect(divided.reduce((sum, share) => sum + share.amount.micros, 0n)).toBe(total);
          for (const share of divided) {
            const quota = total * BigInt(share.basisPoints);
            const whole = BigInt(WHOLE_BASIS_POINTS);
            const floor = quota / whole;
            expect([floor, quota % whole === 0n ? floor : floor + 1n]).toContain(share.amount.micros);
          }
        }),
        { ...SEEDED, numRuns: 500 },
      );
    });

    test('gives the odd micros to the largest remainders, and among equals to the lowest user', () => {
      fc.assert(
        fc.property(split, ({ amount: total, shares: of }) => {
          const sorted = of.toSorted((a, b) => a.userId - b.userId);
          expect(amounts(total, of)).toEqual(
            oneByOne(
              total,
              sorted.map((share) => BigInt(share.basisPoints)),
            ),
          );
          expect(divide(money(total, USD), of).map(({ userId }) => userId)).toEqual(sorted.map(({ userId }) => userId));
        }),
        { ...SEEDED, numRuns: 500 },
      );
    });

    test('does not depend on the order of the shares, or on the scale of their weights', () => {
      const reordered = split.chain((it) =>
        fc.tuple(
          fc.constant(it),
          fc.shuffledSubarray([...it.shares], { minLength: it.shares.length }),
          fc.integer({ min: 2, max: 1_000 }),
        ),
      );
      fc.assert(
        fc.property(reordered, ([{ amount: total, shares: of }, shuffled, scale]) => {
          expect(amounts(total, shuffled)).toEqual(amounts(total, of));
          const scaled = shuffled.map((share) => ({ ...share, basisPoints: share.basisPoints * scale }));
          expect(amounts(total, scaled)).toEqual(amounts(total, of));
        }),
        SEEDED,
      );
    });

    test('gives a greater part no less', () => {
      fc.assert(
        fc.property(split, ({ amount: total, shares: of }) => {
          const divided = divide(money(total, USD), of);
          for (const a of divided)
            for (const b of divided)
              if (a.basisPoints > b.basisPoints) expect(a.amount.micros).toBeGreaterThanOrEqual(b.amount.micros);
        }),
        SEEDED,
      );
    });

    test('is in force from its month on, until a later one; of one month the last counts', () => {
      const version = fc.record({ effectiveFrom: fc.constantFrom('2026-01', '2026-05', '2026-06', '2026-09') });
      fc.assert(
        fc.property(
          fc.array(version, { maxLength: 6 }),
          fc.constantFrom('2025-12', '2026-05', '2026-07', '2026-12'),
          (them, at) => {
            const versions = them.map(({ effectiveFrom }, index): SplitVersion => ({
              id: (index + 1) as SplitVersion['id'],
              trackId: 1 as TrackId,
              effectiveFrom: month(effectiveFrom),
              shares: [{ userId: (100 + index) as UserId, basisPoints: WHOLE_BASIS_POINTS, acceptedAt: null }],
            }));
            let expected: SplitVersion | undefined;
            for (const each of versions)
              if (each.effectiveFrom <= at && each.effectiveFrom >= (expected?.effectiveFrom ?? '')) expected = each;
            for (const told of [versions, versions.toReversed()]) {
              const { version: id, shares: of } = splitFor(told, month(at), 7 as UserId);
              expect(id).toBe(expected?.id ?? null);
              expect(of[0]?.userId).toBe(expected?.shares[0]?.userId ?? 7);
            }
          },
        ),
        { ...SEEDED, numRuns: 300 },
      );
    });

    test("is the artist's alone where nothing was agreed, and needs no acceptance", () => {
      const { version, shares: of } = splitFor([], month('2026-10'), 7 as UserId);
      expect(version).toBeNull();
      expect(of).toEqual([{ userId: 7, basisPoints: WHOLE_BASIS_POINTS, acceptedAt: expect.any(Number) }]);
    });

    test('is proposed whole, with positive shares and each user once, and accepted by who proposes it', () => {
      fc.assert(
        fc.property(shares, fc.nat(), (of, pick) => {
          const { userId } = of[pick % of.length]!;
          const proposed = proposeSplit(
            [],
            { trackId: 1 as TrackId, proposedBy: userId, effectiveFrom: month('2026-11'), shares: of },
            NOW,
          );
          expect(proposed).toEqual({
            ok: true,
            value: {
              trackId: 1,
              effectiveFrom: '2026-11',
              shares: of.map((share) => ({ ...share, acceptedAt: share.userId === userId ? NOW : null })),
            },
          });
        }),
        SEEDED,
      );
    });

    test.each([
      [
        'not-whole',
        [
          [1, 5_000],
          [2, 4_999],
        ],
      ],
      [
        'not-whole',
        [
          [1, 5_000],
          [2, 5_001],
        ],
      ],
      ['not-whole', []],
      [
        'not-positive',
        [
          [1, 10_000],
          [2, 0],
        ],
      ],
      [
        'not-positive',
        [
          [1, 10_001],
          [2, -1],
        ],
      ],
      [
        'not-positive',
        [
          [1, 5_000.5],
          [2, 4_999.5],
        ],
      ],
      [
        'user-twice',
        [
          [1, 5_000],
          [1, 5_000],
        ],
      ],
    ])('is refused as %s: %j', (reason, pairs) => {
      const given = pairs.map(([userId, points]) => ({ userId: userId as UserId, basisPoints: points! }));
      expect(
        proposeSplit(
          [],
          { trackId: 1 as TrackId, proposedBy: 1 as UserId, effectiveFrom: month('2026-11'), shares: given },
          NOW,
        ),
      ).toEqual({ ok: false, error: { code: 'split_refused', reason } });
    });

    test.each([
      ['2026-09', [], false],
      ['2026-10', [], true],
      ['2026-10', ['2026-01'], false],
      ['2026-11', ['2026-01'], true],
      ['2026-11', ['2026-11'], true],
    ])('may take effect in %s after %j: %s', (effectiveFrom, agreed, may) => {
      const versions = agreed.map((from): SplitVersion => ({
        id: 1 as SplitVersion['id'],
        trackId: 1 as TrackId,
        effectiveFrom: month(from),
        shares: [],
      }));
      const proposal = {
        trackId: 1 as TrackId,
        proposedBy: 1 as UserId,
        effectiveFrom: month(effectiveFrom),
        shares: [{ userId: 1 as UserId, basisPoints: WHOLE_BASIS_POINTS }],
      };
      const refused = { ok: false, error: { code: 'split_refused', reason: 'month-has-begun' } };
      expect(proposeSplit(versions, proposal, NOW)).toEqual(may ? expect.objectContaining({ ok: true }) : refused);
    });

    test('is accepted by each for themselves, once', () => {
      fc.assert(
        fc.property(shares, fc.nat(), (of, pick) => {
          const version: SplitVersion = {
            id: 1 as SplitVersion['id'],
            trackId: 1 as TrackId,
            effectiveFrom: month('2026-10'),
            shares: of,
          };
          const { userId } = of[pick % of.length]!;
          const accepted = acceptSplit(version, userId, NOW);
          expect(accepted).toEqual({
            ok: true,
            value: {
              ...version,
              shares: of.map((share) => ({ ...share, acceptedAt: share.userId === userId ? NOW : null })),
            },
          });
          if (accepted.ok) expect(acceptSplit(accepted.value, userId, (NOW + 1) as Instant)).toEqual(accepted);
          expect(acceptSplit(version, 41 as UserId, NOW)).toEqual({ ok: false, error: { code: 'not_in_split' } });
        }),
        SEEDED,
      );
    });
  });
};
