import {
  memoryAccessTokens,
  memoryCommonPasswords,
  memoryPasswordHasher,
  memorySecretTokens,
  memoryStreamLinks,
  sequentialIds,
} from '@backline/memory';
import { expect, test } from '@jest/globals';
import { accessTokensSuite } from '../suites/access-tokens.ts';
import { commonPasswordsSuite } from '../suites/common-passwords.ts';
import { passwordHasherSuite } from '../suites/password-hasher.ts';
import { secretTokensSuite } from '../suites/secret-tokens.ts';
import { streamLinksSuite } from '../suites/stream-links.ts';

const ids = sequentialIds();

passwordHasherSuite('memory', memoryPasswordHasher);
accessTokensSuite('memory', () => memoryAccessTokens(ids));
secretTokensSuite('memory', () => memorySecretTokens(ids));
commonPasswordsSuite('memory', () => memoryCommonPasswords(['password1', 'QWERTY123', '1q2w3e4r']));
streamLinksSuite('memory', () => memoryStreamLinks(ids));

test('sequential ids are lower-case UUIDs, the same in every run, never one twice', () => {
  const { uuid } = sequentialIds();
  const made = Array.from({ length: 300 }, () => uuid());
  expect(made[0]).toBe('00000000-0000-4000-8000-000000000001');
  expect(made[299]).toBe('00000000-0000-4000-8000-00000000012c');
  expect(new Set(made).size).toBe(300);
});
