import type { PasswordHasher } from '@backline/core/accounts';
import { ok } from '@backline/core/kernel';
import { describe, expect, test } from '@jest/globals';

const hashOf = async (hasher: PasswordHasher, password: string): Promise<string> => {
  const hashed = await hasher.hash(password);
  if (!hashed.ok) throw new Error('busy with nothing else to do');
  return hashed.value;
};

/** What every PasswordHasher promises when it has room; how it is when it has none is each adapter's own. */
export const passwordHasherSuite = (adapter: string, open: () => PasswordHasher): void => {
  describe(`PasswordHasher on ${adapter}`, () => {
    test('knows the password that it hashed', async () => {
      const hasher = open();
      expect(await hasher.verify('FanPass123', await hashOf(hasher, 'FanPass123'))).toEqual(ok(true));
    });

    test.each([
      ['another', 'FanPass124'],
      ['another case', 'fanpass123'],
      ['one cut short', 'FanPass12'],
      ['one with more after it', 'FanPass1234'],
      ['one with a space', 'FanPass123 '],
      ['one with NUL after it', 'FanPass123\0'],
      ['the empty one', ''],
    ])('does not take %s for it', async (_, guess) => {
      const hasher = open();
      expect(await hasher.verify(guess, await hashOf(hasher, 'FanPass123'))).toEqual(ok(false));
    });

    test('the hash itself is not the password', async () => {
      const hasher = open();
      const hash = await hashOf(hasher, 'FanPass123');
      expect(await hasher.verify(hash, hash)).toEqual(ok(false));
    });

    test('no password fits a user that does not exist', async () => {
      const hasher = open();
      for (const guess of ['FanPass123', '', 'null', 'undefined'])
        expect(await hasher.verify(guess, null)).toEqual(ok(false));
    });

    test('takes a password as it is received: no trimming, no normalisation, every character counts', async () => {
      const hasher = open();
      const composed = 'Pässwörd1 🎸';
      const hash = await hashOf(hasher, composed);
      expect(await hasher.verify(composed, hash)).toEqual(ok(true));
      expect(await hasher.verify(composed.normalize('NFD'), hash)).toEqual(ok(false));
      const spaced = ` ${composed.normalize('NFD')} `;
      const other = await hashOf(hasher, spaced);
      expect(await hasher.verify(spaced, other)).toEqual(ok(true));
      expect(await hasher.verify(spaced.trim(), other)).toEqual(ok(false));
      expect(await hasher.verify(spaced.normalize('NFC'), other)).toEqual(ok(false));
      const long = 'é1'.repeat(64);
      expect(await hasher.verify(`${long.slice(0, -1)}2`, await hashOf(hasher, long))).toEqual(ok(false));
    });

    test('two hashes of one password differ, and both are good', async () => {
      const hasher = open();
      const [one, other] = [await hashOf(hasher, 'FanPass123'), await hashOf(hasher, 'FanPass123')];
      expect(one).not.toBe(other);
      expect(await hasher.verify('FanPass123', one)).toEqual(ok(true));
      expect(await hasher.verify('FanPass123', other)).toEqual(ok(true));
    });

    test('a hash outlives the hasher that made it', async () => {
      expect(await open().verify('FanPass123', await hashOf(open(), 'FanPass123'))).toEqual(ok(true));
    });

    test.each(['', 'FanPass123', '$2b$10$abcdefghijklmnopqrstuv', '$argon2id$v=19$m=19456,t=2,p=1$c29tZQ'])(
      'rejects the stored hash %j, which no hasher made',
      async (stored) => {
        await expect(open().verify('FanPass123', stored)).rejects.toThrow('a stored password hash cannot be read');
      },
    );
  });
};
