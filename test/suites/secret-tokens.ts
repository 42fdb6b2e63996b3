import type { SecretTokens } from '@backline/core/accounts';
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';

/** What every SecretTokens promises; how hard a token is to guess is each adapter's own. */
export const secretTokensSuite = (adapter: string, open: () => SecretTokens): void => {
  describe(`SecretTokens on ${adapter}`, () => {
    test('never mints a token twice', () => {
      const tokens = open();
      expect(new Set(Array.from({ length: 1_000 }, () => tokens.mint())).size).toBe(1_000);
    });

    test('a token can go anywhere as it is', () => {
      expect(open().mint()).toMatch(/^[\w-]{8,128}$/);
    });

    test('a digest is the same each time, from each instance', () => {
      const token = open().mint();
      expect(open().digest(token)).toBe(open().digest(token));
    });

    test('different texts have different digests', () => {
      const { digest } = open();
      fc.assert(
        fc.property(fc.string(), fc.string(), (one, other) =>
          expect(digest(one) === digest(other)).toBe(one === other),
        ),
      );
    });

    test('whoever has read a digest cannot use it as the token', () => {
      const { mint, digest } = open();
      const stored = digest(mint());
      expect(digest(stored)).not.toBe(stored);
    });
  });
};
