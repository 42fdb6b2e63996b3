import { expect, test } from '@jest/globals';
import { currency } from '@backline/core/kernel';
import { minorUnit } from '@backline/core/payout';

// ISO 4217, list one, 2026: the currencies whose minor unit is not the hundredth.
test.each([
  ['BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF', 1_000_000n],
  ['BHD IQD JOD KWD LYD OMR TND', 1_000n],
  ['USD EUR GBP CHF MGA HUF TWD AAA', 10_000n],
])('the smallest amount in %s is %d micros', (codes, unit) => {
  for (const code of codes.split(' ')) expect([code, minorUnit(currency(code))]).toEqual([code, unit]);
});
