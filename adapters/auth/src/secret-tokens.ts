import { hash, randomBytes } from 'node:crypto';
import type { SecretTokens } from '@backline/core/accounts';

/** Marks a refresh token of ours, so that secret scanners find a leaked one. */
const PREFIX = 'blr_';
const TOKEN_BYTES = 32;

/** Random tokens, `blr_` and 43 characters of base64url; a digest is the SHA-256 of the token's text in lower-case hex. */
export const opaqueSecretTokens = (): SecretTokens => ({
  mint: () => PREFIX + randomBytes(TOKEN_BYTES).toString('base64url'),
  digest: (token) => hash('sha256', token, 'hex'),
});
