import type { AccessTokens, Claims, SessionId, UserId } from '@backline/core/accounts';
import { MINUTE_MS, SECOND_MS, after, before, instant } from '@backline/core/kernel';
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';

const START = instant(Date.parse('2026-11-20T12:00:00Z'));
const CLAIMS: Claims = {
  userId: 7 as UserId,
  role: 'ARTIST',
  sessionId: '018f4a3c-0000-7000-8000-00000000c0de' as SessionId,
  expiresAt: after(START, 15 * MINUTE_MS),
};
const OTHERS: readonly Claims[] = [
  CLAIMS,
  { ...CLAIMS, role: 'FAN' },
  { ...CLAIMS, userId: 1 as UserId },
  { ...CLAIMS, userId: Number.MAX_SAFE_INTEGER as UserId },
  { ...CLAIMS, sessionId: 'ffffffff-ffff-4fff-bfff-ffffffffffff' as SessionId },
  { ...CLAIMS, expiresAt: after(START, SECOND_MS) },
];

/** What every AccessTokens promises. Each call of `open` is another platform, which trusts none of the others. */
export const accessTokensSuite = (adapter: string, open: () => AccessTokens): void => {
  describe(`AccessTokens on ${adapter}`, () => {
    test('says of the bearer what was issued', () => {
      const tokens = open();
      const issued = OTHERS.map((claims) => tokens.issue(claims, START));
      expect(issued.map((token) => tokens.verify(token, START))).toEqual(OTHERS);
      expect(issued.map((token) => tokens.verify(token, START))).toEqual(OTHERS);
    });

    test('fits into a header as it is', () => {
      expect(open().issue(CLAIMS, START)).toMatch(/^[\w.-]{16,1024}$/);
    });

    test('no two tokens are alike, even of one session at one time', () => {
      const tokens = open();
      expect(new Set(Array.from({ length: 50 }, () => tokens.issue(CLAIMS, START))).size).toBe(50);
    });

    test('is good until it expires and never after', () => {
      const tokens = open();
      const token = tokens.issue(CLAIMS, START);
      expect(tokens.verify(token, before(CLAIMS.expiresAt, 1))).toEqual(CLAIMS);
      expect(tokens.verify(token, CLAIMS.expiresAt)).toBeNull();
      expect(tokens.verify(token, after(CLAIMS.expiresAt, MINUTE_MS))).toBeNull();
    });

    test('one that is first seen after its time is not good either', () => {
      const tokens = open();
      expect(tokens.verify(tokens.issue(CLAIMS, START), CLAIMS.expiresAt)).toBeNull();
    });

    test('one token ending leaves the others', () => {
      const tokens = open();
      const short = tokens.issue({ ...CLAIMS, expiresAt: after(START, SECOND_MS) }, START);
      const long = tokens.issue(CLAIMS, START);
      const later = after(START, 2 * SECOND_MS);
      expect([tokens.verify(short, later), tokens.verify(long, later)]).toEqual([null, CLAIMS]);
    });

    test('another platform’s token means nothing here', () => {
      const [here, there] = [open(), open()];
      expect(here.verify(there.issue(CLAIMS, START), START)).toBeNull();
    });

    test('a token with any one character changed, removed or added is not good', () => {
      const tokens = open();
      const token = tokens.issue(CLAIMS, START);
      tokens.verify(token, START);
      for (let at = 0; at < token.length; at += 1) {
        for (const other of ['', token[at] === 'A' ? 'B' : 'A', `${token[at]}A`, `${token[at]}=`, ' ']) {
          const forged = token.slice(0, at) + other + token.slice(at + 1);
          if (forged !== token) expect(tokens.verify(forged, START)).toBeNull();
        }
      }
    });

    test('any other text is null and never throws', () => {
      const tokens = open();
      const segment = fc.base64String().map((text) => text.replaceAll('=', ''));
      const text = fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.tuple(segment, segment, segment).map((segments) => segments.join('.')),
        fc
          .json()
          .map((json) => `${Buffer.from(json).toString('base64url')}.${Buffer.from(json).toString('base64url')}.AA`),
        fc.constantFrom('', '.', '..', '...', 'null', 'undefined', '__proto__', 'constructor'),
      );
      fc.assert(fc.property(text, (token) => expect(tokens.verify(token, START)).toBeNull()));
    });
  });
};
