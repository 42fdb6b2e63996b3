import type { CommonPasswords } from '@backline/core/accounts';
import { dictionary } from '@zxcvbn-ts/language-common';

const BRAND_WORDS: ReadonlySet<string> = new Set(['backline', 'backlinemusic', 'mybackline']);

/** Those that the other rules of http-api.md, Accounts, would let pass; the rest never gets as far as this list. */
const passesTheOtherRules = (word: string): boolean => word.length >= 8 && /\p{L}/u.test(word) && /\p{Nd}/u.test(word);

/**
 * 5,183 passwords of zxcvbn's list, whatever their case, and the platform's own name with any digits and signs
 * about it.
 */
export const zxcvbnCommonPasswords = (): CommonPasswords => {
  const words = new Set(dictionary['passwords-common'].filter(passesTheOtherRules).map((word) => word.toLowerCase()));
  return {
    includes: (password) => {
      const lower = password.toLowerCase();
      return words.has(lower) || BRAND_WORDS.has(lower.replace(/\P{L}/gu, ''));
    },
  };
};
