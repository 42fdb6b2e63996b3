import { crc32, deflateSync } from 'node:zlib';
import type { Peaks } from '@backline/core/catalog';

const HEIGHT = 160;
const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
/** Of the palette: nothing, and the wave. */
const PALETTE = Buffer.from([0, 0, 0, 0x2f, 0x6f, 0x8f]);
const OPACITY = Buffer.from([0, 0xff]);
const BITS_A_BYTE = 8;

/** A point wide for each peak, mirrored about the middle, on nothing: PNG with a palette of two. */
export const waveformPicture = (peaks: Peaks): Buffer => {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(peaks.length, 0);
  header.writeUInt32BE(HEIGHT, 4);
  // One bit a pixel, by palette.
  header.set([1, 3, 0, 0, 0], 8);
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    chunk('PLTE', PALETTE),
    chunk('tRNS', OPACITY),
    chunk('IDAT', deflateSync(pixels(peaks))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
};

const chunk = (name: string, content: Buffer): Buffer => {
  const named = Buffer.concat([Buffer.from(name, 'latin1'), content]);
  const framed = Buffer.alloc(named.length + 8);
  framed.writeUInt32BE(content.length, 0);
  named.copy(framed, 4);
  framed.writeUInt32BE(crc32(named), named.length + 4);
  return framed;
};

/** Each row behind the byte that says that it is not filtered. */
const pixels = (peaks: Peaks): Buffer => {
  const rowBytes = 1 + Math.ceil(peaks.length / BITS_A_BYTE);
  const rows = Buffer.alloc(rowBytes * HEIGHT);
  for (const [column, peak] of peaks.entries()) {
    // Silence is a line.
    const half = Math.max(1, Math.round((peak * HEIGHT) / 2));
    for (let row = HEIGHT / 2 - half; row < HEIGHT / 2 + half; row += 1) {
      const at = row * rowBytes + 1 + Math.floor(column / BITS_A_BYTE);
      rows[at] = (rows[at] ?? 0) | (0x80 >> (column % BITS_A_BYTE));
    }
  }
  return rows;
};
