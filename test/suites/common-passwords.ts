import type { CommonPasswords } from '@backline/core/accounts';
import { describe, expect, test } from '@jest/globals';

/** `open` knows at least `password1`, `qwerty123` and `1q2w3e4r`. */
export const commonPasswordsSuite = (adapter: string, open: () => CommonPasswords): void => {
  describe(`CommonPasswords on ${adapter}`, () => {
    test.each(['password1', 'qwerty123', '1q2w3e4r', 'Password1', 'PASSWORD1', 'QwErTy123'])(
      '%s is one',
      (password) => {
        expect(open().includes(password)).toBe(true);
      },
    );

    test.each([
      'FanPass123',
      'ArtistPro456',
      'password1 ',
      ' password1',
      'password1password1x',
      'vähre 8 grünig',
      '',
      '__proto__',
      'constructor',
    ])('%j is none', (password) => {
      expect(open().includes(password)).toBe(false);
    });
  });
};
