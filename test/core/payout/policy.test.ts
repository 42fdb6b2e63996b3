import { expect, test } from '@jest/globals';
import { DAY_MS, USD, instant, isoText, money, month } from '@backline/core/kernel';
import { PAYOUT_POLICY, availableFrom, closableFrom } from '@backline/core/payout';

test('our policy has the numbers of the text', () => {
  expect(PAYOUT_POLICY).toEqual({
    version: 1,
    minimumHeardMs: 30_000,
    dailyCap: 10,
    lateAfterMs: 2_592_000_000,
    velocity: { dailyPlays: 400, watchedPlays: 100, oneArtistPercent: 80 },
    fundBasisPoints: 7_000,
    reserve: { targetMonths: 3, averagedMonths: 12 },
    closeDay: 10,
    transfer: { waitMs: 20 * DAY_MS, threshold: money(25_000_000n, USD) },
  });
});

test.each([
  ['2026-10', '2026-11-10T00:00:00.000Z'],
  ['2026-12', '2027-01-10T00:00:00.000Z'],
  ['2028-01', '2028-02-10T00:00:00.000Z'],
])('%s can be closed from %s on', (period, from) => {
  expect(isoText(closableFrom(month(period), PAYOUT_POLICY))).toBe(from);
});

test('what a close earned can be sent twenty days later', () => {
  const closedAt = instant(Date.parse('2026-11-11T02:03:04.005Z'));
  expect(isoText(availableFrom(closedAt, PAYOUT_POLICY))).toBe('2026-12-01T02:03:04.005Z');
});
