import type { UserId } from '@backline/core/accounts';
import { USD, after, instant, micros, money } from '@backline/core/kernel';
import type { EarnedReceipt } from '@backline/core/payout';
import type { InvoiceId } from '@backline/core/subscriptions';
import fc from 'fast-check';

const at = fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2027, 6, 1) }).map(instant);

/** From nothing, a moment, a month, to more than a year. */
const lasting = fc.oneof(
  fc.constant(0),
  fc.integer({ min: 1, max: 5_000 }),
  fc.integer({ min: 0, max: 40 }).map((days) => days * 86_400_000),
  fc.integer({ min: 0, max: 400 * 86_400_000 }),
);

const line = fc
  .record({ amount: fc.bigInt({ min: -3_000_000n, max: 12_000_000n }), from: at, lasting })
  .map(({ amount, from, lasting: ms }) => ({
    amount: micros(amount),
    serviceFrom: from,
    serviceUntil: after(from, ms),
  }));

/** What a provider can say: lines that add up to what was paid without tax, and never more taken back than was paid. */
export const receipt = (userId: fc.Arbitrary<UserId>): fc.Arbitrary<EarnedReceipt> =>
  fc
    .record({
      userId,
      number: fc.nat(),
      lines: fc.array(line, { minLength: 1, maxLength: 3 }),
      tax: fc.oneof(fc.constant(0n), fc.bigInt({ min: 0n, max: 2_000_000n })),
      fee: fc.oneof(fc.constant(0n), fc.bigInt({ min: 0n, max: 900_000n })),
      refundedPercent: fc.constantFrom(0n, 0n, 0n, 1n, 50n, 100n),
      disputedPercent: fc.constantFrom(0n, 0n, 0n, 50n, 100n),
    })
    .map((it) => {
      const listed = it.lines.reduce((sum, { amount }) => sum + amount, 0n);
      const lines = listed < 0n ? [...it.lines, { ...it.lines[0]!, amount: micros(-listed) }] : it.lines;
      const paid = (listed < 0n ? 0n : listed) + it.tax;
      return {
        invoiceId: `in_${it.number}` as InvoiceId,
        userId: it.userId,
        paid: money(paid, USD),
        tax: micros(it.tax),
        fee: micros(it.fee),
        refunded: micros((paid * it.refundedPercent) / 100n),
        disputed: micros((paid * it.disputedPercent) / 100n),
        lines,
      };
    });
