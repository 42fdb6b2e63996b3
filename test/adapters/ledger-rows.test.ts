import { createHash } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { USD, currency, month } from '@backline/core/kernel';
import { type Entry, type PostingRequest, credit, debit, requestText } from '@backline/core/payout';
import { accountsOf, digestOf, headerOf, linesOf } from '../../adapters/mikro-orm/src/ledger-rows.ts';
import { requestOf, transactionId } from '../suites/ledger-samples.ts';

const ARTIST = 'artist_available:7';

/** An artist is sent what they have; another gets something first, though it comes later. */
const REQUESTS: readonly PostingRequest[] = [
  requestOf(1, [debit(ARTIST, 5n), credit('stripe_balance', 5n)]),
  requestOf(2, [debit('stripe_balance', 9n), credit(ARTIST, 9n)], { reverses: transactionId(1) }),
];

const inEuros = (request: PostingRequest): PostingRequest => ({
  ...request,
  transaction: {
    ...request.transaction,
    entries: request.transaction.entries.map((entry): Entry => ({ ...entry, currency: currency('EUR') })),
  },
});

const line = (number: number, line_no: number, account: string, side: string, amount: string) => ({
  transaction_id: transactionId(number),
  line_no,
  account,
  currency: USD,
  side,
  amount_micros: amount,
});

test('each account of a currency is there once, with its side and whether it may be overdrawn', () => {
  const artist = { name: ARTIST, normal_side: 'credit', no_overdraft: true };
  const bank = { name: 'stripe_balance', normal_side: 'debit', no_overdraft: false };
  expect(accountsOf([...REQUESTS, ...REQUESTS.map(inEuros)])).toEqual([
    { ...artist, currency: 'USD' },
    { ...bank, currency: 'USD' },
    { ...artist, currency: 'EUR' },
    { ...bank, currency: 'EUR' },
  ]);
});

test('a header says what was asked for, and when', () => {
  const [, request] = REQUESTS as [PostingRequest, PostingRequest];
  expect(headerOf(request)).toEqual({
    id: transactionId(2),
    period: '2026-11-01',
    source_type: 'receipt',
    source_id: '2',
    kind: 'made',
    idempotency_key: 'key 2',
    request_digest: createHash('sha256').update(requestText(request)).digest('hex'),
    reverses_txn_id: transactionId(1),
    line_count: 2,
    created_at: '2026-11-15T12:00:00.000Z',
  });
  expect(headerOf(REQUESTS[0]!).reverses_txn_id).toBeNull();
});

test('another month is the same request; another amount is not', () => {
  const request = REQUESTS[0]!;
  const { transaction } = request;
  expect(digestOf({ ...request, transaction: { ...transaction, period: month('2026-12') } })).toBe(digestOf(request));
  expect(digestOf(requestOf(1, [debit(ARTIST, 6n), credit('stripe_balance', 6n)]))).not.toBe(digestOf(request));
});

test('lines that raise a balance come before those that lower one, and keep their numbers', () => {
  expect(linesOf(REQUESTS)).toEqual([
    line(2, 1, 'stripe_balance', 'debit', '9'),
    line(2, 2, ARTIST, 'credit', '9'),
    line(1, 1, ARTIST, 'debit', '5'),
    line(1, 2, 'stripe_balance', 'credit', '5'),
  ]);
  expect(linesOf([])).toEqual([]);
});
