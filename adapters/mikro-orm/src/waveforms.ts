import type { Peaks } from '@backline/core/catalog';

const FULL = 0xffff;

/** Sixteen bits a point, in hexadecimal digits. */
export const waveformText = (peaks: Peaks): string =>
  peaks
    .map((peak) =>
      Math.round(peak * FULL)
        .toString(16)
        .padStart(4, '0'),
    )
    .join('');

export const peaksOf = (bytes: Uint8Array): Peaks => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.length / 2 }, (_, point) => view.getUint16(2 * point) / FULL);
};
