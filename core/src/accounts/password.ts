import { type Result, err, ok } from '../kernel/index.ts';
import type { WeakPassword } from './errors.ts';
import type { CommonPasswords } from './ports.ts';

const MIN_CODE_POINTS = 8;
const MAX_CODE_POINTS = 128;
const MAX_UTF8_BYTES = 512;

/** Bytes of the text in UTF-8, without an encoder: the core runs where there is none. */
const utf8Length = (text: string): number =>
  [...text].reduce((bytes, char) => {
    const point = char.codePointAt(0) ?? 0;
    return bytes + (point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4);
  }, 0);

/** At least 8 characters with a letter and a digit, at most 128 (512 bytes), and not a common one (http-api.md, Accounts). */
export const checkPassword = (password: string, common: CommonPasswords): Result<string, WeakPassword> => {
  const length = [...password].length;
  if (length < MIN_CODE_POINTS) return err({ code: 'weak_password', reason: 'too-short' });
  if (length > MAX_CODE_POINTS || utf8Length(password) > MAX_UTF8_BYTES)
    return err({ code: 'weak_password', reason: 'too-long' });
  if (!/\p{L}/u.test(password)) return err({ code: 'weak_password', reason: 'no-letter' });
  if (!/\p{Nd}/u.test(password)) return err({ code: 'weak_password', reason: 'no-digit' });
  if (common.includes(password)) return err({ code: 'weak_password', reason: 'common' });
  return ok(password);
};
