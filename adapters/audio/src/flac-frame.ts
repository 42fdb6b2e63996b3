import { crc8 } from './checksums.ts';

export type FlacStream = { readonly sampleRateHz: number; readonly channels: number };

export type FlacFrame = {
  readonly samples: number;
  /** Of the frame in its stream, or of its first sample where block sizes vary. */
  readonly number: number;
  readonly isVariable: boolean;
};

const SMALLEST_HEADER_BYTES = 6;
const BYTES_AFTER_NUMBER: Readonly<Record<number, number>> = { 6: 1, 7: 2, 12: 1, 13: 2, 14: 2 };

/** Like UTF-8, up to 36 bits. */
const codedNumber = (bytes: Uint8Array, at: number): { readonly value: number; readonly length: number } | null => {
  const first = bytes[at] ?? 0xff;
  if (first < 0x80) return { value: first, length: 1 };
  const length = Math.clz32(~(first << 24));
  if (length < 2 || length > 7) return null;
  let value = first & (0x7f >> length);
  for (let index = 1; index < length; index += 1) {
    const byte = bytes[at + index] ?? 0;
    if ((byte & 0xc0) !== 0x80) return null;
    value = value * 64 + (byte & 0x3f);
  }
  return { value, length };
};

const blockSize = (code: number, bytes: Uint8Array, at: number): number => {
  if (code === 1) return 192;
  if (code <= 5) return 576 << (code - 2);
  if (code === 6) return (bytes[at] ?? 0) + 1;
  if (code === 7) return (bytes[at] ?? 0) * 256 + (bytes[at + 1] ?? 0) + 1;
  return 256 << (code - 8);
};

const channelCount = (assignment: number): number => (assignment < 8 ? assignment + 1 : 2);

/** The header that the bytes begin with; null when there is none, or of another stream. */
export const flacFrame = (bytes: Uint8Array, stream: FlacStream): FlacFrame | null => {
  const [sync = 0, strategy = 0, sizes = 0, layout = 0] = bytes;
  if (bytes.length < SMALLEST_HEADER_BYTES || sync !== 0xff || (strategy & 0xfe) !== 0xf8) return null;
  const [sizeCode, rateCode, assignment] = [sizes >> 4, sizes & 15, layout >> 4];
  if (sizeCode === 0 || rateCode === 15 || assignment > 10 || (layout & 1) === 1) return null;
  if (channelCount(assignment) !== stream.channels) return null;
  const number = codedNumber(bytes, 4);
  if (number === null) return null;

  const sizeAt = 4 + number.length;
  const rateAt = sizeAt + (sizeCode === 6 || sizeCode === 7 ? (BYTES_AFTER_NUMBER[sizeCode] ?? 0) : 0);
  const crcAt = rateAt + (rateCode >= 12 ? (BYTES_AFTER_NUMBER[rateCode] ?? 0) : 0);
  if (crcAt >= bytes.length || crc8(bytes.subarray(0, crcAt + 1)) !== 0) return null;
  return { samples: blockSize(sizeCode, bytes, sizeAt), number: number.value, isVariable: (strategy & 1) === 1 };
};

/** Whether the frame comes right after the other, or is any first one. */
export const followsOn = (before: FlacFrame | null, frame: FlacFrame): boolean => {
  if (before === null) return true;
  if (before.isVariable !== frame.isVariable) return false;
  return frame.number === before.number + (frame.isVariable ? before.samples : 1);
};
