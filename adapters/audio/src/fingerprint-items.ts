import type { Fingerprint } from '@backline/core/catalog';

const ITEM_BYTES = 4;

/** Collects items of 32 bits, little-endian, that come in pieces of any length. */
export const itemReader = (): { readonly read: (chunk: Buffer) => void; readonly all: () => Fingerprint } => {
  const chunks: Buffer[] = [];
  return {
    read: (chunk) => void chunks.push(chunk),
    all: () => {
      const bytes = Buffer.concat(chunks);
      return Array.from({ length: Math.floor(bytes.length / ITEM_BYTES) }, (_, item) =>
        bytes.readUInt32LE(item * ITEM_BYTES),
      );
    },
  };
};
