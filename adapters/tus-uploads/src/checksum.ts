import { createHash } from 'node:crypto';

/** SHA-1 is what the protocol demands (tus 1.0, Checksum). */
export const CHECKSUM_ALGORITHMS = ['sha1', 'sha256', 'md5'] as const;

type Algorithm = (typeof CHECKSUM_ALGORITHMS)[number];

export type Checksum = { readonly algorithm: Algorithm; readonly digest: Buffer };

const LENGTHS: { readonly [Name in Algorithm]: number } = { sha1: 20, sha256: 32, md5: 16 };

const isKnown = (name: string): name is Algorithm => CHECKSUM_ALGORITHMS.some((known) => known === name);

/** From `Upload-Checksum: sha1 Kq5sNclPz7QV2+lfQIuc6R7oRu0=`; null for anything else. */
export const parseChecksum = (header: string): Checksum | null => {
  const [algorithm = '', encoded = ''] = header.split(' ');
  if (!isKnown(algorithm) || !/^[A-Za-z0-9+/]+={0,2}$/.test(encoded)) return null;
  const digest = Buffer.from(encoded, 'base64');
  return digest.length === LENGTHS[algorithm] ? { algorithm, digest } : null;
};

/** Adds up what comes, and says in the end whether it is what was promised. */
export const verifier = ({ algorithm, digest }: Checksum) => {
  const hash = createHash(algorithm);
  return { add: (chunk: Uint8Array): void => void hash.update(chunk), isRight: () => hash.digest().equals(digest) };
};
