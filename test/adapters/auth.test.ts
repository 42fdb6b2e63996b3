import { randomBytes } from 'node:crypto';
import {
  argon2PasswordHasher,
  hmacStreamLinks,
  jwtAccessTokens,
  opaqueSecretTokens,
  systemIds,
  zxcvbnCommonPasswords,
} from '@backline/auth';
import { expect, test } from '@jest/globals';
import { accessTokensSuite } from '../suites/access-tokens.ts';
import { commonPasswordsSuite } from '../suites/common-passwords.ts';
import { passwordHasherSuite } from '../suites/password-hasher.ts';
import { secretTokensSuite } from '../suites/secret-tokens.ts';
import { streamLinksSuite } from '../suites/stream-links.ts';

const common = zxcvbnCommonPasswords();

passwordHasherSuite('argon2', argon2PasswordHasher);
accessTokensSuite('jsonwebtoken', () =>
  jwtAccessTokens({ keys: [{ kid: '1', secret: randomBytes(32) }], issuer: 'backline', audience: 'backline-api' }),
);
secretTokensSuite('node:crypto', opaqueSecretTokens);
commonPasswordsSuite('zxcvbn', () => common);
streamLinksSuite('node:crypto', () => hmacStreamLinks({ secret: randomBytes(32) }));

test('a refresh token has 256 random bits and a prefix that scanners can look for', () => {
  expect(opaqueSecretTokens().mint()).toMatch(/^blr_[\w-]{43}$/);
});

test('a digest is the SHA-256 of the text', () => {
  // RFC 6234 and FIPS 180-2, appendix B.1
  expect(opaqueSecretTokens().digest('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
});

test('system ids are random lower-case UUIDs', () => {
  const { uuid } = systemIds();
  const made = Array.from({ length: 100 }, () => uuid());
  for (const id of made) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(new Set(made).size).toBe(100);
});
