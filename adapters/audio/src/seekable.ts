import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';

/** Bytes that can be read anywhere. */
export interface Seekable {
  readonly sizeBytes: number;
  /** Exactly so many bytes, good until the next call; null when they are not all there, or more than 32 MiB. */
  readonly view: (position: number, length: number) => DataView | null;
  readonly close: () => void;
}

const WINDOW_BYTES = 1024 * 1024;
export const LARGEST_VIEW_BYTES = 32 * 1024 * 1024;

const fill = (descriptor: number, into: Uint8Array, position: number): number => {
  let filled = 0;
  while (filled < into.length) {
    const count = readSync(descriptor, into, filled, into.length - filled, position + filled);
    if (count === 0) break;
    filled += count;
  }
  return filled;
};

/** Reads synchronously: for a process of its own. */
export const seekableFile = (path: string): Seekable => {
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  const sizeBytes = fstatSync(descriptor).size;
  const window = new Uint8Array(WINDOW_BYTES);
  let windowStart = 0;
  let windowLength = 0;

  const viewOfLarge = (position: number, length: number): DataView | null => {
    const bytes = new Uint8Array(length);
    return fill(descriptor, bytes, position) === length ? new DataView(bytes.buffer) : null;
  };
  return {
    sizeBytes,
    view: (position, length) => {
      const inside = Number.isSafeInteger(position) && position >= 0 && length >= 0 && position + length <= sizeBytes;
      if (!inside || length > LARGEST_VIEW_BYTES) return null;
      if (length > WINDOW_BYTES) return viewOfLarge(position, length);
      if (position < windowStart || position + length > windowStart + windowLength) {
        windowStart = position;
        windowLength = fill(descriptor, window, position);
        if (length > windowLength) return null;
      }
      return new DataView(window.buffer, position - windowStart, length);
    },
    close: () => closeSync(descriptor),
  };
};

/** Latin-1. */
export const textAt = (view: DataView, start: number, end: number): string => {
  let text = '';
  for (let at = start; at < Math.min(end, view.byteLength); at += 1) text += String.fromCharCode(view.getUint8(at));
  return text;
};
