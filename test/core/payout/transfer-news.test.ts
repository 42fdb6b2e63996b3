import { expect, test } from '@jest/globals';
import { USD, instant, micros, money } from '@backline/core/kernel';
import { type PayoutTransfer, type TransferState, transferNews } from '@backline/core/payout';

const AT = Date.UTC(2026, 9, 20);
const text = (ms: number): string => new Date(AT + ms).toISOString();

const transfer = (id: string, begunMs: number, state: TransferState): PayoutTransfer => ({
  id: id as never,
  artistId: 7 as never,
  destination: 'acct' as never,
  net: money(10_000n, USD),
  withheld: micros(5n),
  ruleId: 'none',
  transferGroup: `payout-${id}`,
  idempotencyKey: id,
  begunAt: instant(AT + begunMs),
  calledAt: null,
  ...state,
});
const endedAt = (ms: number) => ({ endedAt: instant(AT + ms) });

const line = (transferId: string, state: string, ms: number) => ({
  transferId,
  state,
  at: text(ms),
  net: 10_000n,
  withheld: 5n,
});

const ALL = [
  transfer('d', 5, { status: 'settled', gatewayId: 'tr_d' as never, ...endedAt(6) }),
  transfer('c', 3, { status: 'failed', failure: 'refused', ...endedAt(3) }),
  transfer('b', 3, { status: 'reversed', gatewayId: 'tr_b' as never, ...endedAt(9) }),
  transfer('a', 4, { status: 'begun' }),
];

test('a transfer was sent, and came back where it failed or was reversed; in the order in which it happened', () => {
  expect(transferNews(ALL, () => false)).toEqual([
    line('b', 'sent', 3),
    line('c', 'sent', 3),
    line('c', 'returned', 3),
    line('a', 'sent', 4),
    line('d', 'sent', 5),
    line('b', 'returned', 9),
  ]);
  expect(transferNews(ALL.toReversed(), () => false)).toEqual(transferNews(ALL, () => false));
});

test('what was told is no news', () => {
  expect(transferNews(ALL, ({ state }) => state === 'sent')).toEqual([
    line('c', 'returned', 3),
    line('b', 'returned', 9),
  ]);
});
