import { type KeyObject, createSecretKey, hkdfSync } from 'node:crypto';
import { invariant } from '@backline/core/kernel';

/** Text counts in UTF-8. */
export type Secret = string | Uint8Array;

export type SigningKey = { readonly kid: string; readonly secret: Secret };

/** RFC 8725, 3.5: a key as long as the hash that it is used with. */
export const MIN_SECRET_BYTES = 32;

const bytesOf = (secret: Secret, owner: string): Buffer => {
  const bytes = Buffer.from(secret);
  invariant(
    bytes.length >= MIN_SECRET_BYTES,
    `the secret of ${owner} has ${bytes.length} bytes; at least ${MIN_SECRET_BYTES} random ones are needed`,
  );
  return bytes;
};

export const signingKey = (secret: Secret, owner: string): KeyObject => createSecretKey(bytesOf(secret, owner));

/** A key of its own for each purpose: what one signs means nothing to another. */
export const derivedKey = (secret: Secret, purpose: string): KeyObject =>
  createSecretKey(Buffer.from(hkdfSync('sha256', bytesOf(secret, purpose), new Uint8Array(), purpose, 32)));
