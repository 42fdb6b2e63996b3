import { describe, expect, test } from '@jest/globals';
import { micros } from '@backline/core/kernel';
import type { Close, PayableCount } from '@backline/core/payout';
import fc from 'fast-check';
import { closeByTheText } from '../../arbitraries/close-oracle.ts';
import { type MonthCase, inputsOf, monthCase } from '../../arbitraries/month-case.ts';
import { SEEDED } from '../../arbitraries/seed.ts';
import { sha256 } from '../../arbitraries/statement-chain.ts';
import type { PayoutRules } from './rules.ts';

const shuffled = <T>(items: readonly T[]): fc.Arbitrary<readonly T[]> =>
  fc.shuffledSubarray([...items], { minLength: items.length });

/** The same facts in another order, and counts cut into other parts. */
const retold = (it: MonthCase): fc.Arbitrary<MonthCase> =>
  fc
    .record({
      payable: shuffled(it.payable.flatMap(inTwo)),
      unpaid: shuffled(it.unpaid.flatMap(inTwo)),
      rates: shuffled(it.rates),
      splits: shuffled(it.splits.map((split) => ({ ...split, shares: split.shares.toReversed() }))),
      tracks: shuffled(it.tracks),
      receipts: shuffled(it.receipts),
      debts: shuffled(it.opening.debts),
    })
    .map(({ debts, ...facts }) => ({ ...it, ...facts, opening: { ...it.opening, debts } }));

const inTwo = <T extends { readonly plays: number }>(row: T): readonly T[] =>
  row.plays === 1
    ? [row]
    : [
        { ...row, plays: 1 },
        { ...row, plays: row.plays - 1 },
      ];

/** R11: a close follows from its inputs and from nothing else. */
export const determinismLaws = ({ closeMonth, closeDigest, policy }: PayoutRules): void => {
  const months = monthCase(policy);
  const close = (it: MonthCase): Close => closeMonth(inputsOf(it));
  const digest = (it: MonthCase): string => closeDigest(inputsOf(it), sha256);

  describe('a close', () => {
    test('is what the text says, to the micro', () => {
      fc.assert(
        fc.property(months, (it) => {
          const is = close(it);
          const text = closeByTheText(it);
          expect(sharesOf(is)).toEqual(new Map([...text.shares].filter(([, { nominal }]) => nominal > 0n)));
          expect(debtsIn(is.debtsPaid)).toEqual(text.debtsPaid);
          expect(debtsIn(is.debts.filter(({ origin }) => origin < it.period))).toEqual(text.debtsLeft);
          expect(is).toMatchObject({ fund: text.fund, toPlatform: text.toPlatform, shortfall: text.shortfall });
          expect(is.reserve.closing).toBe(text.reserve);
        }),
        { ...SEEDED, numRuns: 500 },
      );
    });

    test('owes afterwards what is deferred of each share, for the month', () => {
      fc.assert(
        fc.property(months, (it) => {
          const is = close(it);
          const deferred = [...sharesOf(is)]
            .filter(([, share]) => share.deferred > 0n)
            .map(([key, share]) => [key, share.deferred] as const);
          const owed = is.debts
            .filter(({ origin }) => origin === it.period)
            .map(
              ({ userId, trackId, splitVersion, amount }) => [`${userId} ${trackId} ${splitVersion}`, amount] as const,
            );
          expect(new Map<string, bigint>(owed)).toEqual(new Map(deferred));
        }),
        SEEDED,
      );
    });

    test('twice is the same, in whatever order and parts the same facts come', () => {
      fc.assert(
        fc.property(
          months.chain((it) => fc.tuple(fc.constant(it), retold(it))),
          ([it, again]) => {
            expect(close(again)).toEqual(close(it));
            expect(digest(again)).toBe(digest(it));
          },
        ),
        SEEDED,
      );
    });

    test('has another digest when any fact is another', () => {
      fc.assert(
        fc.property(months, fc.constantFrom(...CHANGES), (it, change) => {
          const other = change(it);
          fc.pre(other !== null);
          expect(digest(other)).not.toBe(digest(it));
        }),
        { ...SEEDED, numRuns: 300 },
      );
    });
  });
};

/** Of those that earned anything. */
const sharesOf = ({ tracks }: Close): ReadonlyMap<string, ShareAmounts> =>
  new Map(
    tracks.flatMap(({ trackId, splitVersion, shares }) =>
      shares
        .filter(({ nominal }) => nominal > 0n)
        .map(({ userId, nominal, funded, deferred }) => [
          `${userId} ${trackId} ${splitVersion}`,
          { nominal, funded, deferred },
        ]),
    ),
  );

type ShareAmounts = { readonly nominal: bigint; readonly funded: bigint; readonly deferred: bigint };

const debtsIn = (debts: Close['debts']): ReadonlyMap<string, bigint> =>
  new Map(debts.map(({ origin, userId, trackId, amount }) => [`${origin} ${userId} ${trackId}`, amount]));

const first = <T>(items: readonly T[], change: (item: T) => T): readonly T[] | null =>
  items.length === 0 ? null : [change(items[0]!), ...items.slice(1)];

const within = <K extends keyof MonthCase>(it: MonthCase, name: K, value: MonthCase[K] | null): MonthCase | null =>
  value === null ? null : { ...it, [name]: value };

/** One changed fact each; null where the case has none of the kind. */
const CHANGES: readonly ((it: MonthCase) => MonthCase | null)[] = [
  (it) => ({ ...it, period: '2026-12' as MonthCase['period'] }),
  (it) => ({ ...it, currency: 'EUR' as MonthCase['currency'] }),
  (it) => ({ ...it, policy: { ...it.policy, fundBasisPoints: it.policy.fundBasisPoints - 1 } }),
  (it) =>
    within(
      it,
      'rates',
      first(it.rates, (rate) => ({ ...rate, multiplier: 3n })),
    ),
  (it) =>
    within(
      it,
      'payable',
      first(it.payable, (row): PayableCount => ({ ...row, plays: row.plays + 1 })),
    ),
  (it) =>
    within(
      it,
      'payable',
      first(it.payable, (row): PayableCount => ({ ...row, listenerId: 999 as never })),
    ),
  (it) =>
    within(
      it,
      'unpaid',
      first(it.unpaid, (row) => ({ ...row, plays: row.plays + 1 })),
    ),
  (it) =>
    within(
      it,
      'unpaid',
      first(it.unpaid, (row) => ({ ...row, trackId: 77 as never })),
    ),
  (it) =>
    within(
      it,
      'splits',
      first(it.splits, (split) => ({ ...split, effectiveFrom: '2026-02' as never })),
    ),
  (it) =>
    within(
      it,
      'splits',
      first(it.splits, (split) => ({
        ...split,
        shares: split.shares.map((share) => ({
          ...share,
          acceptedAt: share.acceptedAt === null ? (1 as never) : null,
        })),
      })),
    ),
  (it) =>
    within(
      it,
      'tracks',
      first(it.tracks, (track) => ({ ...track, artistId: 55 as never })),
    ),
  (it) =>
    within(
      it,
      'receipts',
      first(it.receipts, (receipt) => ({ ...receipt, fee: micros(receipt.fee + 1n) })),
    ),
  (it) =>
    within(
      it,
      'receipts',
      first(it.receipts, (receipt) => ({ ...receipt, refunded: micros(receipt.refunded + 1n) })),
    ),
  (it) => ({ ...it, opening: { ...it.opening, reserve: micros(it.opening.reserve + 1n) } }),
  (it) => ({ ...it, opening: { ...it.opening, shortfalls: [...it.opening.shortfalls, micros(7n)] } }),
  (it) => {
    const debts = first(it.opening.debts, (debt) => ({ ...debt, amount: micros(debt.amount + 1n) }));
    return debts === null ? null : { ...it, opening: { ...it.opening, debts } };
  },
];
