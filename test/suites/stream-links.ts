import type { SessionId, UserId } from '@backline/core/accounts';
import type { TrackId } from '@backline/core/catalog';
import { MINUTE_MS, after, before, instant } from '@backline/core/kernel';
import type { StreamLink, StreamLinks } from '@backline/core/playback';
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';

const START = instant(Date.parse('2026-11-20T12:00:00Z'));
const LINK: StreamLink = {
  trackId: 9 as TrackId,
  listenerId: 3 as UserId,
  sessionId: '018f4a3c-0000-7000-8000-00000000c0de' as SessionId,
  expiresAt: after(START, 5 * MINUTE_MS + 123),
};

const link = fc.record({
  trackId: fc.maxSafeNat().map((id) => Math.max(1, id) as TrackId),
  listenerId: fc.maxSafeNat().map((id) => Math.max(1, id) as UserId),
  sessionId: fc.uuid().map((id) => id as SessionId),
  expiresAt: fc.integer({ min: 1, max: 8_640_000_000_000 }).map((ms) => after(START, ms)),
});

/** What every StreamLinks promises. Each call of `open` is another platform, which trusts none of the others. */
export const streamLinksSuite = (adapter: string, open: () => StreamLinks): void => {
  describe(`StreamLinks on ${adapter}`, () => {
    test('gives back what was signed, to the millisecond', () => {
      const links = open();
      fc.assert(fc.property(link, (signed) => expect(links.verify(links.sign(signed), START)).toEqual(signed)));
    });

    test('goes into a URL as it is', () => {
      expect(open().sign(LINK)).toMatch(/^[\w-]{16,256}$/);
    });

    test('is good until it expires and never after', () => {
      const links = open();
      const token = links.sign(LINK);
      expect(links.verify(token, before(LINK.expiresAt, 1))).toEqual(LINK);
      expect(links.verify(token, LINK.expiresAt)).toBeNull();
      expect(links.verify(token, after(LINK.expiresAt, MINUTE_MS))).toBeNull();
    });

    test('another platform’s link opens nothing here', () => {
      const [here, there] = [open(), open()];
      expect(here.verify(there.sign(LINK), START)).toBeNull();
    });

    test('a link with any one character changed, removed or added opens nothing', () => {
      const links = open();
      const token = links.sign(LINK);
      for (let at = 0; at < token.length; at += 1) {
        for (const other of ['', token[at] === 'A' ? 'B' : 'A', `${token[at]}A`, '=', ' ', '+']) {
          const forged = token.slice(0, at) + other + token.slice(at + 1);
          expect(links.verify(forged, START)).toBeNull();
        }
      }
    });

    test('any other text opens nothing and never throws', () => {
      const links = open();
      const text = fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.string({ unit: fc.constantFrom(...'AZaz09-_'), minLength: 96, maxLength: 96 }),
        fc.constantFrom('', '__proto__', 'constructor', 'A'.repeat(1_000_000)),
      );
      fc.assert(fc.property(text, (token) => expect(links.verify(token, START)).toBeNull()));
    });
  });
};
