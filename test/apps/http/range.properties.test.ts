import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { wav } from '../../support/audio-fixtures.ts';
import { type HttpApp, audioForm, openHttpApp } from '../../support/http.ts';

type Expected = 'whole' | 'unsatisfiable' | { readonly first: number; readonly last: number };

const isDigits = (text: string): boolean => [...text].every((char) => char >= '0' && char <= '9');

/** RFC 9110, 14.1.2 and 14.2, one byte after the other. */
const expectedOf = (header: string, size: number): Expected => {
  const [unit = '', ...rest] = header.split('=');
  if (unit.toLowerCase() !== 'bytes' || rest.length !== 1) return 'whole';
  const [first, last, ...more] = (rest[0] ?? '').replace(/^[ \t]+|[ \t]+$/g, '').split('-');
  if (first === undefined || last === undefined || more.length > 0) return 'whole';
  if (!isDigits(first) || !isDigits(last) || (first === '' && last === '')) return 'whole';
  if (first !== '' && last !== '' && BigInt(last) < BigInt(first)) return 'whole';

  const asked = Array.from({ length: size }, (_, at) => at).filter((at) =>
    first === ''
      ? BigInt(size - at) <= BigInt(last)
      : BigInt(at) >= BigInt(first) && (last === '' || BigInt(at) <= BigInt(last)),
  );
  const [start] = asked;
  return start === undefined ? 'unsatisfiable' : { first: start, last: start + asked.length - 1 };
};

const offset = (size: number) =>
  fc.oneof(
    fc.integer({ min: 0, max: size + 2 }),
    fc.constantFrom(0, 1, size - 1, size, size + 1),
    fc.bigInt({ min: 2n ** 53n - 2n, max: 2n ** 53n + 2n }),
    fc.bigInt({ min: 10n ** 30n, max: 10n ** 30n + 9n }),
  );

const header = (size: number) =>
  fc.oneof(
    fc.tuple(offset(size), offset(size)).map(([first, last]) => `bytes=${first}-${last}`),
    offset(size).map((first) => `bytes=${first}-`),
    offset(size).map((length) => `bytes=-${length}`),
    fc.tuple(offset(size), offset(size)).map(([first, last]) => `Bytes=  ${first}-${last} `),
    fc.tuple(offset(size), offset(size)).map(([first, last]) => `bytes=${first}-,${last}-`),
    fc.array(fc.constantFrom(...'bytes=0123456789-, x+.'), { maxLength: 14 }).map((chars) => `bytes=${chars.join('')}`),
    fc.constantFrom('items=0-5', 'bytes', 'bytes=', 'bytes=-', 'bytes=0-5=', 'bytes=--5', 'bytes=1-2-3', 'bytes:0-5'),
  );

describe('Range', () => {
  let app: HttpApp;
  let url: string;
  let token: string;
  const audio = wav({ seconds: 0.2 });

  beforeAll(async () => {
    app = await openHttpApp();
    ({ token } = await app.person('ARTIST'));
    const published = await app.call('POST', '/tracks', { token, form: audioForm(audio, { title: 'Ranged' }) });
    url = `${app.url}/tracks/${published.body.trackId}/stream`;
  });
  afterAll(() => app.close());

  test('is answered with exactly the bytes that it asks for', async () => {
    const size = audio.length;
    const seen = { whole: 0, part: 0, unsatisfiable: 0 };

    await fc.assert(
      fc.asyncProperty(header(size), async (range) => {
        const expected = expectedOf(range, size);
        const response = await fetch(url, { headers: { Authorization: `Bearer ${token}`, Range: range } });
        const bytes = new Uint8Array(await response.arrayBuffer());
        const told = { status: response.status, range: response.headers.get('Content-Range') };

        if (expected === 'unsatisfiable') {
          seen.unsatisfiable += 1;
          expect(told).toEqual({ status: 416, range: `bytes */${size}` });
        } else if (expected === 'whole') {
          seen.whole += 1;
          expect(told).toEqual({ status: 200, range: null });
          expect(Buffer.compare(bytes, audio)).toBe(0);
        } else {
          seen.part += 1;
          const { first, last } = expected;
          expect(told).toEqual({ status: 206, range: `bytes ${first}-${last}/${size}` });
          expect(Buffer.compare(bytes, audio.subarray(first, last + 1))).toBe(0);
        }
      }),
      { numRuns: 600 },
    );
    for (const count of Object.values(seen)) expect(count).toBeGreaterThan(50);
  });
});
