import { asciiText } from './ascii.ts';

/** Of the file: its name, its length and what it holds. */
export const HEADER_BYTES = 12;
const CHUNK_HEADER_BYTES = 8;

export type Chunks = ReadonlyMap<string, Uint8Array>;

/** Those that are whole; the first of each name. */
export const chunksOf = (bytes: Uint8Array, start: number): Chunks => {
  const chunks = new Map<string, Uint8Array>();
  let at = start;
  while (at + CHUNK_HEADER_BYTES <= bytes.length) {
    const name = fourLetters(bytes, at);
    const end = at + CHUNK_HEADER_BYTES + viewOf(bytes).getUint32(at + 4, true);
    if (end > bytes.length) break;
    if (!chunks.has(name)) chunks.set(name, bytes.subarray(at + CHUNK_HEADER_BYTES, end));
    at = end + (end % 2);
  }
  return chunks;
};

export const fourLetters = (bytes: Uint8Array, at: number): string => asciiText(bytes.subarray(at, at + 4));

export const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
