import { describe, expect, test } from '@jest/globals';
import { type Month, USD, err, instant, micros, money, month, ok } from '@backline/core/kernel';
import { FIRST_RATE, type RateVersion, perPlay, proposeRate, rateFor } from '@backline/core/payout';

const rateOf = (id: number, from: string, reference: bigint): RateVersion => ({
  ...FIRST_RATE,
  id: id as RateVersion['id'],
  effectiveFrom: month(from),
  reference: money(reference, USD),
});

const FIRST = { ...FIRST_RATE, id: 1 as RateVersion['id'] };
const RATES = [rateOf(3, '2027-02', 4_200n), FIRST, rateOf(2, '2026-12', 4_100n)];

describe('the rate of a month', () => {
  test.each([
    ['2026-11', 1, 8_000n],
    ['2026-12', 2, 8_200n],
    ['2027-01', 2, 8_200n],
    ['2027-02', 3, 8_400n],
    ['2030-01', 3, 8_400n],
  ])('%s is that of version %d', (of, id, paid) => {
    expect(rateFor(RATES, month(of)).id).toBe(id);
    expect(perPlay(rateFor(RATES.toReversed(), month(of)))).toEqual({ micros: micros(paid), currency: USD });
  });
});

const refused = (reason: string) => err({ code: 'rate_refused', reason });

describe('a new rate', () => {
  const NOW = instant(Date.parse('2026-11-15T12:00:00Z'));
  const propose = (changes: { readonly effectiveFrom?: Month; readonly referenceMicros?: bigint } = {}) =>
    proposeRate(
      RATES,
      {
        effectiveFrom: month('2027-01'),
        referenceMicros: 4_300n,
        sourceName: 'Loud & Clear',
        sourceUrl: 'https://loudandclear.byspotify.com',
        ...changes,
      },
      NOW,
    );

  test('is twice the reference, in the currency of the one before, recorded now', () => {
    expect(propose()).toEqual(
      ok({
        effectiveFrom: '2027-01',
        reference: { micros: 4_300n, currency: USD },
        multiplier: 2n,
        sourceName: 'Loud & Clear',
        sourceUrl: 'https://loudandclear.byspotify.com',
        recordedAt: NOW,
      }),
    );
  });

  test('is more than nothing', () => {
    expect(propose({ referenceMicros: 0n })).toEqual(refused('not-positive'));
    expect(propose({ referenceMicros: -1n })).toEqual(refused('not-positive'));
    expect(propose({ referenceMicros: 1n })).toMatchObject({ ok: true });
  });

  test('is of a month that has not begun, and has none', () => {
    expect(propose({ effectiveFrom: month('2026-10') })).toEqual(refused('month-has-begun'));
    expect(propose({ effectiveFrom: month('2026-11') })).toEqual(refused('month-has-begun'));
    expect(propose({ effectiveFrom: month('2026-12') })).toEqual(refused('month-has-a-rate'));
    expect(propose({ effectiveFrom: month('2027-02') })).toEqual(refused('month-has-a-rate'));
    expect(propose({ effectiveFrom: month('2027-03') })).toMatchObject({ ok: true });
  });
});
