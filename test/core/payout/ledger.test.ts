import { describe, expect, test } from '@jest/globals';
import type { UserId } from '@backline/core/accounts';
import { USD, instant, micros, month } from '@backline/core/kernel';
import {
  type AccountName,
  type BusinessEvent,
  type Posting,
  artistAccount,
  balancesOf,
  credit,
  debit,
  normalSide,
  refusesOverdraft,
  requestText,
  reverse,
  royaltyPool,
  transaction,
} from '@backline/core/payout';
import fc from 'fast-check';
import { SEEDED } from '../../arbitraries/seed.ts';

const EVENT: BusinessEvent = { period: month('2026-10'), sourceType: 'transfer', sourceId: '7', kind: 'begun' };

const ACCOUNTS: readonly AccountName[] = [
  'stripe_balance',
  'royalty_reserve',
  'artist_pending:1',
  'artist_pending:12',
  'stripe_fees',
];

const postings: fc.Arbitrary<readonly Posting[]> = fc
  .array(fc.tuple(fc.constantFrom(...ACCOUNTS), fc.bigInt({ min: -50n, max: 50n })), { maxLength: 8 })
  .map((them) => [...them, ['platform_revenue', -them.reduce((sum, [, amount]) => sum + amount, 0n)]]);

describe('a ledger transaction', () => {
  test('balances, with one positive line for each account that moves', () => {
    fc.assert(
      fc.property(postings, (them) => {
        const moved = new Map<string, bigint>();
        for (const [account, amount] of them) moved.set(account, (moved.get(account) ?? 0n) + amount);
        const expected = [...moved].filter(([, amount]) => amount !== 0n);
        const it = transaction(EVENT, USD, them);
        if (expected.length === 0) return expect(it).toBeNull();
        expect(it).toMatchObject(EVENT);
        expect(it!.entries.length).toBeGreaterThanOrEqual(2);
        expect(it!.entries.map(({ account, side, amount }) => [account, side === 'debit' ? amount : -amount])).toEqual(
          expected,
        );
        for (const { amount, currency } of it!.entries) expect([amount > 0n, currency]).toEqual([true, 'USD']);
      }),
      { ...SEEDED, numRuns: 300 },
    );
  });

  test('that does not balance is a bug', () => {
    expect(() => transaction(EVENT, USD, [debit('stripe_balance', 2n), credit('platform_revenue', 1n)])).toThrow(
      'transfer 7 begun does not balance',
    );
  });

  test('and its reversal are equal and opposite', () => {
    fc.assert(
      fc.property(postings, (them) => {
        const it = transaction(EVENT, USD, them);
        if (it === null) return;
        const event = { ...EVENT, kind: 'undone' };
        const undone = reverse(it, event);
        expect(undone).toMatchObject(event);
        expect(undone.entries.map(({ account, amount }) => [account, amount])).toEqual(
          it.entries.map(({ account, amount }) => [account, amount]),
        );
        for (const balance of balancesOf([it, undone]).values()) expect(balance).toBe(0n);
      }),
      SEEDED,
    );
  });

  test('moves balances on the normal side of each account', () => {
    const it = transaction(EVENT, USD, [
      debit('stripe_balance', 5n),
      credit('platform_revenue', 3n),
      credit('sales_tax', 2n),
    ])!;
    expect(balancesOf([it, it])).toEqual(
      new Map([
        ['stripe_balance', 10n],
        ['platform_revenue', 6n],
        ['sales_tax', 4n],
      ]),
    );
    expect(balancesOf([it, reverse(it, EVENT), reverse(it, EVENT)]).get('stripe_balance')).toBe(micros(-5n));
  });
});

test('a request is the same in whatever order its lines are', () => {
  const it = transaction(EVENT, USD, [
    debit('stripe_balance', 5n),
    credit('sales_tax', 2n),
    credit('stripe_fees', 3n),
  ])!;
  const textOf = (entries: typeof it.entries) =>
    requestText({ id: 'i' as never, postedAt: instant(0), reverses: null, transaction: { ...it, entries } });
  expect(textOf(it.entries.toReversed())).toBe(textOf(it.entries));
  expect(textOf(it.entries.slice(1))).not.toBe(textOf(it.entries));
});

describe('an account', () => {
  test.each([
    ['stripe_balance', 'debit', false],
    ['artist_receivable:3', 'debit', true],
    ['stripe_fees', 'debit', false],
    ['royalty_shortfall', 'debit', false],
    ['chargeback_loss', 'debit', false],
    ['deferred_revenue', 'credit', false],
    ['sales_tax', 'credit', false],
    ['platform_revenue', 'credit', false],
    ['tax_withheld', 'credit', true],
    ['royalty_reserve', 'credit', true],
    ['royalty_pool:2026-10', 'credit', true],
    ['artist_pending:3', 'credit', true],
    ['artist_available:3', 'credit', true],
    ['artist_deferred:3', 'credit', true],
    ['payout_in_transit:3', 'credit', true],
  ] as const)('%s grows on %s, and its overdraft is refused: %p', (account, side, refused) => {
    expect([normalSide(account), refusesOverdraft(account)]).toEqual([side, refused]);
  });

  test('is named by what it is of', () => {
    expect([royaltyPool(month('2026-10')), artistAccount('artist_pending', 12 as UserId)]).toEqual([
      'royalty_pool:2026-10',
      'artist_pending:12',
    ]);
  });
});
