import type { ImageRefused } from '@backline/core/accounts';
import { asciiText } from './ascii.ts';

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const MAX_BYTES = 5 * 1024 * 1024;
const MAX_PIXELS = 40_000_000;
const HEADER_BYTES = 13;
/** Of a chunk, but its content: length, name and checksum. */
const FRAME_BYTES = 12;

/** The chunks' names when they fill the bytes up to an end chunk; else null. */
const chunkNames = (bytes: Uint8Array): ReadonlySet<string> | null => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const names = new Set<string>();
  for (let at = SIGNATURE.length; at + FRAME_BYTES <= bytes.length;) {
    const name = asciiText(bytes.subarray(at + 4, at + 8));
    names.add(name);
    at += FRAME_BYTES + view.getUint32(at);
    if (name === 'IEND') return at <= bytes.length ? names : null;
  }
  return null;
};

/** Why the picture is not taken; null when it is. Pixels are counted from the header. */
export const pngRefusal = (bytes: Uint8Array): ImageRefused['reason'] | null => {
  if (!SIGNATURE.every((byte, index) => bytes[index] === byte)) return 'unsupported-format';
  if (bytes.length > MAX_BYTES) return 'too-many-pixels';
  const header = SIGNATURE.length + 8;
  if (bytes.length < header + HEADER_BYTES || asciiText(bytes.subarray(header - 4, header)) !== 'IHDR') return 'broken';
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const pixels = view.getUint32(header) * view.getUint32(header + 4);
  if (pixels === 0) return 'broken';
  if (pixels > MAX_PIXELS) return 'too-many-pixels';
  return chunkNames(bytes)?.has('IDAT') === true ? null : 'broken';
};
