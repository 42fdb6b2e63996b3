import { describe, expect, test } from '@jest/globals';
import type { UserId } from '@backline/core/accounts';
import type { TrackId } from '@backline/core/catalog';
import { USD, instant, micros, money, month } from '@backline/core/kernel';
import {
  type CloseInputs,
  FIRST_RATE,
  PAYOUT_POLICY,
  type PayableCount,
  canonicalJson,
  closeDigest,
  countsDigest,
  playCounts,
} from '@backline/core/payout';

const [ADA, BEN] = [1, 2] as readonly number[] as [UserId, UserId];
const [SONG, TUNE] = [11, 12] as readonly number[] as [TrackId, TrackId];
const [AUGUST, SEPTEMBER, OCTOBER] = [month('2026-08'), month('2026-09'), month('2026-10')];

const heard = (listenerId: number, trackId: TrackId, plays: number): PayableCount => ({
  listenerId: listenerId as UserId,
  trackId,
  playedIn: OCTOBER,
  plays,
});

const receipt = (invoiceId: string) => ({
  invoiceId: invoiceId as never,
  userId: BEN,
  paid: money(10n, USD),
  tax: micros(1n),
  fee: micros(2n),
  refunded: micros(3n),
  disputed: micros(4n),
  lines: [{ amount: micros(9n), serviceFrom: instant(5), serviceUntil: instant(6) }],
});

const debt = (origin: typeof OCTOBER, userId: UserId, amount: bigint) => ({
  origin,
  userId,
  trackId: SONG,
  splitVersion: null,
  amount: micros(amount),
});

const split = (id: number) => ({
  id: id as never,
  trackId: SONG,
  effectiveFrom: OCTOBER,
  shares: [
    { userId: BEN, basisPoints: 4_000, acceptedAt: null },
    { userId: ADA, basisPoints: 6_000, acceptedAt: instant(0) },
  ],
});

const rate = (id: number, effectiveFrom: typeof OCTOBER) => ({ ...FIRST_RATE, id: id as never, effectiveFrom });

/** Nothing in the order in which it is digested. */
const INPUTS: CloseInputs = {
  period: OCTOBER,
  currency: USD,
  policy: PAYOUT_POLICY,
  rates: [rate(3, OCTOBER), rate(1, AUGUST), rate(2, SEPTEMBER)],
  splits: [split(5), split(4)],
  tracks: [
    { trackId: TUNE, artistId: BEN },
    { trackId: SONG, artistId: ADA },
  ],
  payable: playCounts([heard(9, TUNE, 2), heard(8, SONG, 1)]),
  unpaid: [
    { trackId: TUNE, playedIn: OCTOBER, verdict: 'held', plays: 2 },
    { trackId: TUNE, playedIn: OCTOBER, verdict: 'held', plays: 3 },
    { trackId: SONG, playedIn: SEPTEMBER, verdict: 'too-short', plays: 1 },
  ],
  receipts: [receipt('in_2'), receipt('in_1')],
  opening: {
    reserve: micros(7n),
    debts: [debt(SEPTEMBER, BEN, 2n), debt(SEPTEMBER, ADA, 1n), debt(AUGUST, BEN, 3n)],
    shortfalls: [micros(5n), micros(4n)],
  },
};

const UNPAID = { '12 2026-10 held': 5, '11 2026-09 too-short': 1 };
const SPLIT = {
  trackId: 11,
  effectiveFrom: '2026-10',
  shares: [
    [1, 6_000, true],
    [2, 4_000, false],
  ],
};
const RECEIPT = {
  userId: 2,
  paid: { micros: 10n, currency: 'USD' },
  tax: 1n,
  fee: 2n,
  refunded: 3n,
  disputed: 4n,
  lines: [[9n, 5, 6]],
};
const RATE = { reference: { micros: 4_000n, currency: 'USD' }, multiplier: FIRST_RATE.multiplier };

/** What is digested, in place of its digest. */
const asItIs = (text: string): string => text;
/** How many lines it is of. */
const lines = (text: string): string => String(text.split('\n').length);

describe('the digest of a close', () => {
  test('is of all of its inputs in one order', () => {
    expect(closeDigest(INPUTS, asItIs)).toBe(
      canonicalJson({
        schema: 'backline-close-inputs/1',
        period: '2026-10',
        currency: 'USD',
        policy: PAYOUT_POLICY,
        rates: [
          { ...RATE, id: 1, effectiveFrom: '2026-08' },
          { ...RATE, id: 2, effectiveFrom: '2026-09' },
          { ...RATE, id: 3, effectiveFrom: '2026-10' },
        ],
        splits: [
          { ...SPLIT, id: 4 },
          { ...SPLIT, id: 5 },
        ],
        tracks: [
          [11, 1],
          [12, 2],
        ],
        payable: ['8 11 2026-10 1\n9 12 2026-10 2'],
        unpaid: UNPAID,
        receipts: [
          { ...RECEIPT, invoiceId: 'in_1' },
          { ...RECEIPT, invoiceId: 'in_2' },
        ],
        opening: {
          reserve: 7n,
          debts: [
            ['2026-08', 2, 11, null, 3n],
            ['2026-09', 1, 11, null, 1n],
            ['2026-09', 2, 11, null, 2n],
          ],
          shortfalls: [5n, 4n],
        },
      }),
    );
  });

  test('and that of its counts alone can be computed again from the plays', () => {
    expect(countsDigest(INPUTS, asItIs)).toBe(
      canonicalJson({ payable: ['8 11 2026-10 1\n9 12 2026-10 2'], unpaid: UNPAID }),
    );
  });

  test.each([
    [0, []],
    [1, ['1']],
    [10_000, ['10000']],
    [10_001, ['10000', '1']],
    [20_000, ['10000', '10000']],
  ])('takes %d rows in blocks', (rows, blocks) => {
    const payable = playCounts(Array.from({ length: rows }, (_, index) => heard(index + 1, SONG, 1)));
    const shown = countsDigest({ payable, unpaid: [] }, (text) => (text.startsWith('{') ? text : lines(text)));
    expect(JSON.parse(shown)).toEqual({ payable: blocks, unpaid: {} });
  });
});
