import type { Digests } from '@backline/core/payout';
import { sha256 } from './sha-256.ts';

/** ECMAScript itself knows UTF-8 only as it stands in URLs. */
const utf8 = (text: string): Uint8Array => {
  const encoded = encodeURIComponent(text);
  const bytes: number[] = [];
  for (let at = 0; at < encoded.length; at += 1) {
    if (encoded[at] !== '%') bytes.push(encoded.charCodeAt(at));
    else {
      bytes.push(Number.parseInt(encoded.slice(at + 1, at + 3), 16));
      at += 2;
    }
  }
  return Uint8Array.from(bytes);
};

export const memoryDigests: Digests = { sha256: (text) => sha256(utf8(text)) };
