import type { Seekable } from './seekable.ts';
import type { Span } from './tag-blocks.ts';

/** One self-delimiting frame of MP3 or ADTS. */
export type Frame = {
  readonly lengthBytes: number;
  readonly samples: number;
  readonly sampleRateHz: number;
  readonly channels: number;
  /** Alike in all frames of one stream. */
  readonly stream: number;
};

/** Reads a header; null when there is none. */
export type FrameFormat = { readonly headerBytes: number; readonly parse: (header: DataView) => Frame | null };

export type Walk = {
  /** Null when no few frames follow one another anywhere. */
  readonly first: (Frame & { readonly position: number }) | null;
  readonly frames: number;
  readonly samples: number;
  readonly soundBytes: number;
  /** Of what lies between and behind frames. */
  readonly strayBytes: number;
  /** The last frame has fewer bytes than it says. */
  readonly cutShort: boolean;
};

/** That many in a row are no accident. */
const ENOUGH_IN_A_ROW = 4;
const LONGEST_SEARCH_BYTES = 128 * 1024;

const frameAt = (bytes: Seekable, format: FrameFormat, position: number, end: number): Frame | null => {
  if (position + format.headerBytes > end) return null;
  const header = bytes.view(position, format.headerBytes);
  return header === null ? null : format.parse(header);
};

const startsStream = (bytes: Seekable, format: FrameFormat, position: number, end: number): boolean => {
  const first = frameAt(bytes, format, position, end);
  let at = position;
  for (let count = 0; count < ENOUGH_IN_A_ROW; count += 1) {
    const frame = frameAt(bytes, format, at, end);
    if (frame === null || frame.stream !== first?.stream) return false;
    at += frame.lengthBytes;
    if (at > end) return false;
  }
  return true;
};

const continuesStream = (
  bytes: Seekable,
  format: FrameFormat,
  position: number,
  end: number,
  stream: number,
): boolean => {
  const frame = frameAt(bytes, format, position, end);
  if (frame === null || frame.stream !== stream || position + frame.lengthBytes > end) return false;
  const next = position + frame.lengthBytes;
  return next === end || frameAt(bytes, format, next, end)?.stream === stream;
};

/** The first place from `start`, at most 128 KiB on, where `found` says yes; else null. */
const search = (start: number, end: number, found: (position: number) => boolean): number | null => {
  const last = Math.min(end, start + LONGEST_SEARCH_BYTES);
  for (let position = start; position < last; position += 1) if (found(position)) return position;
  return null;
};

const NOTHING: Walk = { first: null, frames: 0, samples: 0, soundBytes: 0, strayBytes: 0, cutShort: false };

/** Goes from frame to frame through the span, over stray bytes where a frame follows soon after them. */
export const walkFrames = (bytes: Seekable, format: FrameFormat, { start, end }: Span): Walk => {
  const beginning = search(start, end, (position) => startsStream(bytes, format, position, end));
  const first = beginning === null ? null : frameAt(bytes, format, beginning, end);
  if (beginning === null || first === null) return NOTHING;

  let [position, frames, samples, soundBytes, strayBytes] = [beginning, 0, 0, 0, beginning - start];
  while (position < end) {
    const frame = frameAt(bytes, format, position, end);
    if (frame === null || frame.stream !== first.stream) {
      const from = position;
      const resumed = search(from, end, (at) => continuesStream(bytes, format, at, end, first.stream));
      strayBytes += (resumed ?? end) - from;
      position = resumed ?? end;
      continue;
    }
    if (position + frame.lengthBytes > end) break;
    frames += 1;
    samples += frame.samples;
    soundBytes += frame.lengthBytes;
    position += frame.lengthBytes;
  }
  const found = { ...first, position: beginning };
  return { first: found, frames, samples, soundBytes, strayBytes, cutShort: position < end };
};
