import { describe, expect, test } from '@jest/globals';
import { type Currency, currency, micros, money } from '@backline/core/kernel';
import { minorUnit } from '@backline/core/payout';
import fc from 'fast-check';
import { SEEDED } from '../../arbitraries/seed.ts';
import type { PayoutRules } from './rules.ts';

const amount = fc.oneof(
  fc.bigInt({ min: 0n, max: 60_000_000n }),
  fc.bigInt({ min: 24_990_000n, max: 25_010_000n }),
  fc.bigInt({ min: 0n, max: 10n ** 18n }),
);

/** R13 and R14. */
export const transferLaws = ({ transferable, transferOf, policy }: PayoutRules): void => {
  const { threshold } = policy.transfer;
  const of = threshold.currency;
  const unit = minorUnit(of);

  const isDueAt = (available: bigint): boolean =>
    transferable({ available: money(available, of), onboarded: true }, policy).due;

  describe('a transfer', () => {
    test('waits for the threshold, then for the artist to be onboarded, then is all in whole minor units', () => {
      fc.assert(
        fc.property(amount, fc.boolean(), (available, onboarded) => {
          const is = transferable({ available: money(available, of), onboarded }, policy);
          if (available < threshold.micros) expect(is).toEqual({ due: false, because: 'below-threshold' });
          else if (!onboarded) expect(is).toEqual({ due: false, because: 'not-onboarded' });
          else expect(is).toEqual({ due: true, gross: money((available / unit) * unit, of) });
        }),
        { ...SEEDED, numRuns: 500 },
      );
    });

    test('is due at exactly the threshold, and not a micro below', () => {
      expect([isDueAt(threshold.micros - 1n), isDueAt(threshold.micros)]).toEqual([false, true]);
    });

    test('carries over what is less than a minor unit, again and again, and loses nothing', () => {
      fc.assert(
        fc.property(fc.array(fc.tuple(amount, fc.integer({ min: 0, max: 100 })), { maxLength: 30 }), (months) => {
          let [available, sent, withheld, earned] = [0n, 0n, 0n, 0n];
          for (const [more, percent] of months) {
            available += more;
            earned += more;
            const is = transferable({ available: money(available, of), onboarded: true }, policy);
            if (!is.due) continue;
            const tax = (is.gross.micros * BigInt(percent)) / 100n;
            const transfer = transferOf(is.gross, { withheld: micros(tax), ruleId: 'percent' });
            expect(transfer.net.micros % unit).toBe(0n);
            available -= transfer.net.micros + transfer.withheld;
            sent += transfer.net.micros;
            withheld += transfer.withheld;
            expect(available).toBeGreaterThanOrEqual(0n);
            expect(available).toBeLessThan(2n * unit);
          }
          expect(available + sent + withheld).toBe(earned);
        }),
        SEEDED,
      );
    });

    test('with nothing withheld sends all of what is due', () => {
      const gross = money(30_000_000n, of);
      expect(transferOf(gross, { withheld: micros(0n), ruleId: 'none' })).toEqual({
        net: gross,
        withheld: 0n,
        ruleId: 'none',
      });
    });

    test.each([-1n, 30_000_001n])('can not have %d withheld of 30000000', (withheld) => {
      const assess = () => transferOf(money(30_000_000n, of), { withheld: micros(withheld), ruleId: 'bad' });
      expect(assess).toThrow('bad');
    });

    test('may be withheld whole', () => {
      const { net, withheld } = transferOf(money(30_000_000n, of), { withheld: micros(30_000_000n), ruleId: 'all' });
      expect([net.micros, withheld]).toEqual([0n, 30_000_000n]);
    });

    test('in another currency than the threshold is a bug', () => {
      const other = currency(of === 'EUR' ? 'USD' : 'EUR');
      expect(() => transferable({ available: money(30_000_000n, other), onboarded: true }, policy)).toThrow(other);
    });

    test.each([
      ['USD', 10_000n],
      ['EUR', 10_000n],
      ['JPY', 1_000_000n],
      ['KWD', 1_000n],
    ])('in %s is in multiples of %d micros', (code, micro) => {
      expect(minorUnit(code as Currency)).toBe(micro);
    });
  });
};
