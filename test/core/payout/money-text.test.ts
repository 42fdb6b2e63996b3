import { describe, expect, test } from '@jest/globals';
import { micros } from '@backline/core/kernel';
import { moneyFromText, moneyText } from '@backline/core/payout';
import fc from 'fast-check';
import { SEEDED } from '../../arbitraries/seed.ts';

describe('money as text', () => {
  test('is read back as the same amount', () => {
    const amount = fc.oneof(fc.bigInt({ min: -2_000_000n, max: 2_000_000n }), fc.bigInt());
    fc.assert(
      fc.property(amount, (value) => expect(moneyFromText(moneyText(micros(value)))).toBe(value)),
      { ...SEEDED, numRuns: 1_000 },
    );
  });

  test.each([
    [200_504_000n, '200.504000'],
    [8_000n, '0.008000'],
    [0n, '0.000000'],
    [-1n, '-0.000001'],
    [-1_000_000n, '-1.000000'],
    [2n ** 70n, '1180591620717411.303424'],
  ])('%d micros are %s', (amount, text) => {
    expect(moneyText(micros(amount))).toBe(text);
  });

  test.each([
    '',
    '1',
    '1.0',
    '1.0000000',
    '01.000000',
    '-0.000000',
    '+1.000000',
    ' 1.000000',
    '1.000000\n',
    '1,000000',
    '.000001',
    '1e3.000000',
    '1.000000x',
  ])('%j is no amount', (text) => {
    expect(moneyFromText(text)).toBeNull();
  });
});
