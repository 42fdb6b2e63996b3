import { describe, expect, test } from '@jest/globals';
import type { UserId } from '@backline/core/accounts';
import { USD, instant, micros, money, month } from '@backline/core/kernel';
import {
  type BusinessEvent,
  type EarnedReceipt,
  type LedgerTransaction,
  PAYOUT_POLICY,
  bear,
  earningsReleased,
  fraudReversed,
  receiptsChanged,
  takeBack,
  transferBegun,
  transferFailed,
  transferReversed,
  transferSettled,
} from '@backline/core/payout';
import type { InvoiceId } from '@backline/core/subscriptions';

const ARTIST = 7 as UserId;
const EVENT: BusinessEvent = { period: month('2026-11'), sourceType: 'receipt', sourceId: 'in_1', kind: 'booked' };

const lines = (it: LedgerTransaction | null): readonly (readonly [string, string, bigint])[] =>
  it?.entries.map(({ account, side, amount }) => [account, side, amount] as const) ?? [];

/** $11.90 with $1.90 tax, half for October and half for November. */
const receipt = (changes: Partial<EarnedReceipt> = {}): EarnedReceipt => ({
  invoiceId: 'in_1' as InvoiceId,
  userId: 101 as UserId,
  paid: money(11_900_000n, USD),
  tax: micros(1_900_000n),
  fee: micros(600_000n),
  refunded: micros(0n),
  disputed: micros(0n),
  lines: [
    {
      amount: micros(10_000_000n),
      serviceFrom: instant(Date.UTC(2026, 9, 17)),
      serviceUntil: instant(Date.UTC(2026, 10, 16)),
    },
  ],
  ...changes,
});

const changed = (
  before: readonly EarnedReceipt[],
  after: readonly EarnedReceipt[],
  closed: readonly string[],
  reserve = 0n,
) =>
  lines(
    receiptsChanged(EVENT, {
      before,
      after,
      isClosed: (of) => closed.includes(of),
      reserve: micros(reserve),
      currency: USD,
      policy: PAYOUT_POLICY,
    }),
  );

describe('a receipt', () => {
  test('is booked with its tax and its fee, and owed as service', () => {
    expect(changed([], [receipt()], [])).toEqual([
      ['stripe_balance', 'debit', 11_300_000n],
      ['stripe_fees', 'debit', 600_000n],
      ['sales_tax', 'credit', 1_900_000n],
      ['deferred_revenue', 'credit', 10_000_000n],
    ]);
  });

  test('refunded before any close is as if less had been paid', () => {
    expect(changed([receipt()], [receipt({ refunded: micros(5_950_000n) })], [])).toEqual([
      ['stripe_balance', 'credit', 5_950_000n],
      ['sales_tax', 'debit', 950_000n],
      ['deferred_revenue', 'debit', 5_000_000n],
    ]);
  });

  // October's half: 70 % of (5.00 − 0.30) = 3.29 was the fund's, 1.71 the platform's; now 70 % of −0.30 is nothing.
  test('charged back after the first of its months was closed is borne by the reserve, then the platform', () => {
    const back = receipt({ disputed: micros(11_900_000n) });
    const same = [
      ['stripe_balance', 'credit', 11_900_000n],
      ['sales_tax', 'debit', 1_900_000n],
      ['deferred_revenue', 'debit', 5_000_000n],
      ['platform_revenue', 'debit', 1_710_000n],
    ];
    expect(changed([receipt()], [back], ['2026-10'], 90_000_000n)).toEqual([
      ...same,
      ['royalty_reserve', 'debit', 3_290_000n],
    ]);
    expect(changed([receipt()], [back], ['2026-10'], 1_000_000n)).toEqual([
      ...same,
      ['royalty_reserve', 'debit', 1_000_000n],
      ['chargeback_loss', 'debit', 2_290_000n],
    ]);
  });

  test('won back, or known only after the close, goes to the reserve', () => {
    expect(changed([receipt({ disputed: micros(11_900_000n) })], [receipt()], ['2026-10'], 5n)).toEqual([
      ['stripe_balance', 'debit', 11_900_000n],
      ['sales_tax', 'credit', 1_900_000n],
      ['deferred_revenue', 'credit', 5_000_000n],
      ['platform_revenue', 'credit', 1_710_000n],
      ['royalty_reserve', 'credit', 3_290_000n],
    ]);
    expect(changed([], [receipt()], ['2026-10', '2026-11'])).toEqual([
      ['stripe_balance', 'debit', 11_300_000n],
      ['stripe_fees', 'debit', 600_000n],
      ['sales_tax', 'credit', 1_900_000n],
      ['platform_revenue', 'credit', 3_420_000n],
      ['royalty_reserve', 'credit', 6_580_000n],
    ]);
  });

  test('whose fee became known after the close changes the fund by the artists part of it', () => {
    expect(changed([receipt()], [receipt({ fee: micros(800_000n) })], ['2026-10'], 70_000n)).toEqual([
      ['stripe_balance', 'credit', 200_000n],
      ['stripe_fees', 'debit', 200_000n],
      ['platform_revenue', 'credit', 70_000n],
      ['royalty_reserve', 'debit', 70_000n],
    ]);
  });

  test('that did not change moves nothing', () => {
    expect(changed([receipt()], [receipt()], ['2026-10'])).toEqual([]);
  });

  test('of nothing paid has nothing to take back', () => {
    const none = receipt({
      paid: money(0n, USD),
      tax: micros(0n),
      fee: micros(0n),
      lines: [{ ...receipt().lines[0]!, amount: micros(0n) }],
    });
    expect(changed([], [none], [])).toEqual([]);
  });
});

test.each([
  [0n, 5n, 0n, 0n],
  [4n, 5n, 4n, 0n],
  [5n, 5n, 5n, 0n],
  [6n, 5n, 5n, 1n],
  [6n, 0n, 0n, 6n],
])('a loss of %d with a reserve of %d is borne %d to %d', (loss, reserve, byReserve, byPlatform) => {
  expect(bear(micros(loss), micros(reserve))).toEqual({ byReserve, byPlatform });
});

describe('what an artist has', () => {
  test.each([
    [
      10n,
      0n,
      [
        ['artist_pending:7', 'debit', 10n],
        ['artist_available:7', 'credit', 10n],
      ],
    ],
    [
      10n,
      4n,
      [
        ['artist_pending:7', 'debit', 10n],
        ['artist_receivable:7', 'credit', 4n],
        ['artist_available:7', 'credit', 6n],
      ],
    ],
    [
      10n,
      10n,
      [
        ['artist_pending:7', 'debit', 10n],
        ['artist_receivable:7', 'credit', 10n],
      ],
    ],
    [
      10n,
      99n,
      [
        ['artist_pending:7', 'debit', 10n],
        ['artist_receivable:7', 'credit', 10n],
      ],
    ],
    [0n, 99n, []],
  ])('becomes available, %d with %d owed for a fraud', (amount, owed, expected) => {
    const released = earningsReleased(EVENT, USD, { artistId: ARTIST, amount: micros(amount), owed: micros(owed) });
    expect(lines(released)).toEqual(expected);
  });

  const sent = { artistId: ARTIST, net: micros(70n), withheld: micros(30n) };

  test('is sent less what is withheld, and arrives', () => {
    expect(lines(transferBegun(EVENT, USD, sent))).toEqual([
      ['artist_available:7', 'debit', 100n],
      ['payout_in_transit:7', 'credit', 70n],
      ['tax_withheld', 'credit', 30n],
    ]);
    expect(lines(transferSettled(EVENT, USD, sent))).toEqual([
      ['payout_in_transit:7', 'debit', 70n],
      ['stripe_balance', 'credit', 70n],
    ]);
  });

  test('is all available again when it does not leave, or comes back', () => {
    const again = ['artist_available:7', 'credit', 100n];
    expect(lines(transferFailed(EVENT, USD, sent))).toEqual([
      ['payout_in_transit:7', 'debit', 70n],
      ['tax_withheld', 'debit', 30n],
      again,
    ]);
    expect(lines(transferReversed(EVENT, USD, sent))).toEqual([
      ['stripe_balance', 'debit', 70n],
      ['tax_withheld', 'debit', 30n],
      again,
    ]);
  });

  test.each([
    [100n, 0n, 0n, { fromDeferred: 0n, fromAvailable: 0n, owed: 100n }],
    [100n, 30n, 0n, { fromDeferred: 30n, fromAvailable: 0n, owed: 70n }],
    [100n, 30n, 50n, { fromDeferred: 30n, fromAvailable: 50n, owed: 20n }],
    [100n, 30n, 500n, { fromDeferred: 30n, fromAvailable: 70n, owed: 0n }],
    [100n, 300n, 500n, { fromDeferred: 100n, fromAvailable: 0n, owed: 0n }],
    [0n, 300n, 500n, { fromDeferred: 0n, fromAvailable: 0n, owed: 0n }],
    [-1n, 300n, 500n, { fromDeferred: -1n, fromAvailable: 0n, owed: 0n }],
    [-1n, 0n, 0n, { fromDeferred: -1n, fromAvailable: 0n, owed: 0n }],
  ])('loses %d for a fraud, of which %d is deferred and %d available', (amount, deferred, available, expected) => {
    expect(takeBack(micros(amount), { deferred: micros(deferred), available: micros(available) })).toEqual(expected);
  });

  test('that was fraud goes back to the reserve, as far as it was funded', () => {
    const taken = { fromDeferred: micros(30n), fromAvailable: micros(50n), owed: micros(20n) };
    const odd = { fromDeferred: micros(-1n), fromAvailable: micros(0n), owed: micros(0n) };
    expect(
      lines(
        fraudReversed(EVENT, USD, [
          { artistId: ARTIST, ...taken },
          { artistId: 8 as UserId, ...odd },
        ]),
      ),
    ).toEqual([
      ['artist_deferred:7', 'debit', 30n],
      ['royalty_shortfall', 'credit', 29n],
      ['artist_available:7', 'debit', 50n],
      ['artist_receivable:7', 'debit', 20n],
      ['royalty_reserve', 'credit', 70n],
      ['artist_deferred:8', 'credit', 1n],
    ]);
  });
});
