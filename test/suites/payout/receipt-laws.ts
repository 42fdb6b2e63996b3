import { describe, expect, test } from '@jest/globals';
import type { UserId } from '@backline/core/accounts';
import { type Micros, type Month, USD, instant, micros, money } from '@backline/core/kernel';
import { type EarnedReceipt, shareOfMonth } from '@backline/core/payout';
import type { InvoiceId } from '@backline/core/subscriptions';
import fc from 'fast-check';
import { fundByTheText, receiptByTheText } from '../../arbitraries/close-oracle.ts';
import { receipt } from '../../arbitraries/receipt.ts';
import { SEEDED } from '../../arbitraries/seed.ts';
import type { PayoutRules } from './rules.ts';

const FAN = 101 as UserId;
const receipts = receipt(fc.constant(FAN));

const sum = (amounts: Iterable<bigint>): bigint => [...amounts].reduce((a, b) => a + b, 0n);

const yearly = (amount: bigint): EarnedReceipt => ({
  invoiceId: 'in_1' as InvoiceId,
  userId: FAN,
  paid: money(amount, USD),
  tax: micros(0n),
  fee: micros(0n),
  refunded: micros(0n),
  disputed: micros(0n),
  lines: [
    {
      amount: micros(amount),
      serviceFrom: instant(Date.UTC(2026, 9, 15)),
      serviceUntil: instant(Date.UTC(2027, 9, 15)),
    },
  ],
});

/** R7a, and R7's fund. */
export const receiptLaws = ({ monthlyShares, fundOf, policy }: PayoutRules): void => {
  describe('a receipt', () => {
    test('brings to each month what the text says', () => {
      fc.assert(
        fc.property(receipts, (it) => {
          const shares = [...monthlyShares(it)];
          const told = (what: 'gross' | 'net') =>
            new Map<string, bigint>(shares.map(([month, share]) => [month, share[what]]));
          expect(told('gross')).toEqual(receiptByTheText(it, 'gross'));
          expect(told('net')).toEqual(receiptByTheText(it, 'net'));
        }),
        { ...SEEDED, numRuns: 1_000 },
      );
    });

    test('brings to all months together what was paid, without tax, fee and what was taken back', () => {
      fc.assert(
        fc.property(receipts, (it) => {
          const back = it.refunded + it.disputed < it.paid.micros ? it.refunded + it.disputed : it.paid.micros;
          const taxBack = it.paid.micros === 0n ? 0n : (back * it.tax) / it.paid.micros;
          const gross = it.paid.micros - it.tax - (back - taxBack);
          const shares = [...monthlyShares(it).values()];
          expect(sum(shares.map((share) => share.gross))).toBe(gross);
          expect(sum(shares.map((share) => share.net))).toBe(gross - it.fee);
        }),
        { ...SEEDED, numRuns: 500 },
      );
    });

    test('that was given back whole, with its tax, brings nothing but its fee', () => {
      fc.assert(
        fc.property(receipts, (it) => {
          const shares = [...monthlyShares({ ...it, refunded: it.paid.micros, disputed: micros(0n) }).values()];
          expect(sum(shares.map(({ gross }) => gross))).toBe(0n);
          expect(sum(shares.map(({ net }) => net))).toBe(-it.fee);
        }),
        SEEDED,
      );
    });

    test('never brings more because of a refund', () => {
      fc.assert(
        fc.property(receipts, fc.bigInt({ min: 1n, max: 1_000_000n }), (it, more) => {
          const before = sum([...monthlyShares(it).values()].map(({ net }) => net));
          const after = sum(
            [...monthlyShares({ ...it, refunded: micros(it.refunded + more) }).values()].map(({ net }) => net),
          );
          expect(after).toBeLessThanOrEqual(before);
        }),
        SEEDED,
      );
    });

    test.each(['2026-10', '2026-11', '2027-02', '2027-03', '2027-10'])(
      'of a year gives %s its seconds, floored, and the last month the rest',
      (month) => {
        const days = { '2026-10': 17n, '2026-11': 30n, '2027-02': 28n, '2027-03': 31n }[month];
        const shares = monthlyShares(yearly(100_000_001n));
        const others = sum([...shares].filter(([other]) => other !== '2027-10').map(([, { gross }]) => gross));
        expect(shares.get(month as Month)?.gross).toBe(
          days === undefined ? 100_000_001n - others : (100_000_001n * days) / 365n,
        );
        expect([...shares.keys()]).toHaveLength(13);
      },
    );

    test('without duration is of the month that it begins in', () => {
      const at = instant(Date.UTC(2026, 9, 1));
      const it = { ...yearly(10n), lines: [{ amount: micros(10n), serviceFrom: at, serviceUntil: at }] };
      expect([...monthlyShares(it)]).toEqual([['2026-10', { gross: 10n, net: 10n }]]);
    });

    test('that ends before it begins is a bug', () => {
      const line = { amount: micros(10n), serviceFrom: instant(2), serviceUntil: instant(1) };
      expect(() => monthlyShares({ ...yearly(10n), lines: [line] })).toThrow('service ends before it begins');
    });

    test("makes with the fan's other receipts the artists' part, floored once, and never less than nothing", () => {
      fc.assert(
        fc.property(
          fc.array(receipts, { maxLength: 4 }),
          fc.constantFrom('2026-03', '2026-07', '2027-01'),
          (them, month) => {
            expect(fundOf(shareOfMonth(them, month as Month), policy)).toBe(fundByTheText(them, month, policy));
          },
        ),
        { ...SEEDED, numRuns: 300 },
      );
    });

    test.each([
      [9_410_000n, 6_587_000n],
      [1n, 0n],
      [0n, 0n],
      [-590_000n, 0n],
    ])('of %d net makes a fund of %d at 70 %%', (net, fund) => {
      const share = { gross: net as Micros, net: net as Micros };
      expect(fundOf(share, { ...policy, fundBasisPoints: 7_000 })).toBe(fund);
    });
  });
};
