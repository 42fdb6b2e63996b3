import { createRequire } from 'node:module';
import { zxcvbnCommonPasswords } from '@backline/auth';
import { describe, expect, test } from '@jest/globals';

const { dictionary } = createRequire(import.meta.resolve('@backline/auth'))('@zxcvbn-ts/language-common') as {
  readonly dictionary: { readonly 'passwords-common': readonly string[] };
};

const common = zxcvbnCommonPasswords();

describe('zxcvbnCommonPasswords', () => {
  test('knows every password of the list that the other rules let pass: 3,000 and more', () => {
    const passing = dictionary['passwords-common'].filter(
      (word) => [...word].length >= 8 && /\p{L}/u.test(word) && /\p{Nd}/u.test(word),
    );
    expect(passing.length).toBeGreaterThanOrEqual(3_000);
    expect(passing.filter((word) => !common.includes(word))).toEqual([]);
    expect(passing.filter((word) => !common.includes(word.toUpperCase()))).toEqual([]);
  });

  test.each([
    'backline1',
    'Backline2026',
    'BACKLINE123!',
    '1backline',
    'back-line-9',
    'MyBackline1',
    'backline.music77',
  ])('%s is the platform’s name and no secret', (password) => expect(common.includes(password)).toBe(true));

  test.each(['backliner 2026', 'my first backline 7', 'feedback line 4'])('%s only has it in it', (password) =>
    expect(common.includes(password)).toBe(false),
  );
});
