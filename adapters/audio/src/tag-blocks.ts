import { type Seekable, textAt } from './seekable.ts';

/** `start` and `end` (exclusive) of what lies between the tags that may surround any format. */
export type Span = { readonly start: number; readonly end: number };

const ID3_HEADER_BYTES = 10;

/** Seven bits a byte; null where an eighth is set. */
const syncSafe = (view: DataView, at: number): number | null => {
  let value = 0;
  for (let index = at; index < at + 4; index += 1) {
    const byte = view.getUint8(index);
    if (byte > 0x7f) return null;
    value = value * 128 + byte;
  }
  return value;
};

/** Of the ID3v2 tags at the position, one after another; null when one is malformed or longer than the file. */
export const endOfLeadingTags = (bytes: Seekable): number | null => {
  let position = 0;
  for (;;) {
    const header = bytes.view(position, ID3_HEADER_BYTES);
    if (header === null || textAt(header, 0, 3) !== 'ID3') return position;
    const length = syncSafe(header, 6);
    const hasFooter = (header.getUint8(5) & 0x10) !== 0;
    if (length === null) return null;
    position += ID3_HEADER_BYTES + length + (hasFooter ? ID3_HEADER_BYTES : 0);
    if (position > bytes.sizeBytes) return null;
  }
};

const id3v1Bytes = (bytes: Seekable, end: number): number => {
  const tag = bytes.view(end - 128, 3);
  return tag !== null && textAt(tag, 0, 3) === 'TAG' ? 128 : 0;
};

const apeBytes = (bytes: Seekable, end: number): number => {
  const footer = bytes.view(end - 32, 32);
  if (footer === null || textAt(footer, 0, 8) !== 'APETAGEX') return 0;
  const hasHeader = (footer.getUint32(20, true) & 0x80000000) !== 0;
  return footer.getUint32(12, true) + (hasHeader ? 32 : 0);
};

const lyricsBytes = (bytes: Seekable, end: number): number => {
  const footer = bytes.view(end - 15, 15);
  if (footer === null || textAt(footer, 6, 15) !== 'LYRICS200') return 0;
  const digits = textAt(footer, 0, 6);
  return /^\d{6}$/.test(digits) ? Number(digits) + 15 : 0;
};

const appendedId3Bytes = (bytes: Seekable, end: number): number => {
  const footer = bytes.view(end - ID3_HEADER_BYTES, ID3_HEADER_BYTES);
  if (footer === null || textAt(footer, 0, 3) !== '3DI') return 0;
  const length = syncSafe(footer, 6);
  return length === null ? 0 : length + 2 * ID3_HEADER_BYTES;
};

/** Where the tags at the end begin: ID3v1, APEv2, Lyrics3v2, ID3v2.4, in any order. */
export const startOfTrailingTags = (bytes: Seekable, start: number): number => {
  let end = bytes.sizeBytes;
  for (;;) {
    const length = [id3v1Bytes, apeBytes, lyricsBytes, appendedId3Bytes].reduce(
      (found, lengthOf) => (found > 0 ? found : lengthOf(bytes, end)),
      0,
    );
    if (length === 0 || end - length < start) return end;
    end -= length;
  }
};
