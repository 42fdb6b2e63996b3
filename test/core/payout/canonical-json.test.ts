import { describe, expect, test } from '@jest/globals';
import { type Plain, canonicalJson } from '@backline/core/payout';
import fc from 'fast-check';
import { SEEDED } from '../../arbitraries/seed.ts';

const plain: fc.Arbitrary<Plain> = fc.letrec<{ value: Plain }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom(null, true, false),
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.string({ unit: 'binary' }),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.string({ unit: 'binary' }), tie('value'), { maxKeys: 4 }),
  ),
})).value;

/** The same members the other way round, all the way down. */
const reversed = (value: Plain): Plain => {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(reversed);
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([name, member]) => [name, reversed(member as Plain)]),
  );
};

describe('canonical JSON', () => {
  test('is read back as the same', () => {
    fc.assert(
      fc.property(plain, (value) =>
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value))),
      ),
      { ...SEEDED, numRuns: 500 },
    );
  });

  test('is one text, whatever the order of the members, and its own canonical text', () => {
    fc.assert(
      fc.property(plain, (value) => {
        const text = canonicalJson(value);
        expect(canonicalJson(reversed(value))).toBe(text);
        expect(canonicalJson(JSON.parse(text) as Plain)).toBe(text);
      }),
      { ...SEEDED, numRuns: 500 },
    );
  });

  // RFC 8785, 3.2.2 and 3.2.3
  test('writes numbers and strings as the RFC does', () => {
    const value = {
      numbers: [Number('333333333.33333329'), 1e30, 4.5, 2e-3, 0.000_000_000_000_000_000_000_000_001, -0],
      string: '\u20ac$\u000F\u000aA\'\u0042\u0022\u005c\\"/',
      literals: [null, true, false],
    };
    expect(canonicalJson(value)).toBe(
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27,0],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    );
  });

  test('sorts members by the UTF-16 code units of their names, as the RFC does', () => {
    const value = {
      '\u20ac': 'Euro',
      '\r': 'CR',
      '\ufb33': 'Hebrew',
      '1': 'One',
      '\ud83d\ude00': 'Emoji',
      '\u0080': 'Control',
      '\u00f6': 'o',
    };
    expect(Object.values(JSON.parse(canonicalJson(value)) as object)).toHaveLength(7);
    const order = ['\r', '1', '\u0080', '\u00f6', '\u20ac', '\ud83d\ude00', '\ufb33'];
    const places = order.map((name) => canonicalJson(value).indexOf(`${JSON.stringify(name)}:`));
    expect(places).toEqual(places.toSorted((a, b) => a - b));
  });

  test('writes a bigint as a string of its digits', () => {
    expect(canonicalJson({ amount: -(2n ** 80n), none: 0n })).toBe(
      '{"amount":"-1208925819614629174706176","none":"0"}',
    );
  });

  test.each([
    Number.NaN,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    'a\ud800',
    { '\udc00': 1 },
    { a: undefined as never },
  ])('%p has none', (value) => {
    expect(() => canonicalJson(value)).toThrow();
    expect(() => canonicalJson([value])).toThrow();
  });
});
