export { type JwtOptions, jwtAccessTokens } from './access-tokens.ts';
export { zxcvbnCommonPasswords } from './common-passwords.ts';
export { systemIds } from './ids.ts';
export { type Argon2Options, type Argon2PasswordHasher, argon2PasswordHasher } from './password-hasher.ts';
export { opaqueSecretTokens } from './secret-tokens.ts';
export { MIN_SECRET_BYTES, type Secret, type SigningKey } from './signing-secret.ts';
export type { Argon2Cost } from './stored-hash.ts';
export { hmacStreamLinks } from './stream-links.ts';
