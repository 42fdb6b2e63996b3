import { type FlacFrame, type FlacStream, flacFrame, followsOn } from './flac-frame.ts';
import { nextCrc16 } from './checksums.ts';
import type { Seekable } from './seekable.ts';
import type { Span } from './tag-blocks.ts';
import { type SoundLimits, type Verdict, cutShort, damaged, judged, silentFile } from './verdict.ts';

const STREAM_INFO = 0;
const STREAM_INFO_BYTES = 34;
const INVALID_BLOCK = 127;

type Metadata = { readonly stream: FlacStream; readonly totalSamples: number; readonly soundStart: number };

const streamInfo = (block: DataView): Omit<Metadata, 'soundStart'> => {
  const packed = block.getBigUint64(10);
  const sampleRateHz = Number(packed >> 44n);
  const channels = Number((packed >> 41n) & 7n) + 1;
  return { stream: { sampleRateHz, channels }, totalSamples: Number(packed & 0xfffffffffn) };
};

const metadata = (bytes: Seekable, start: number): Metadata | Verdict => {
  let info: Omit<Metadata, 'soundStart'> | null = null;
  for (let position = start + 4; ;) {
    const header = bytes.view(position, 4);
    if (header === null) return cutShort;
    const kind = header.getUint8(0) & 0x7f;
    const isLast = header.getUint8(0) > 0x7f;
    const length = header.getUint32(0) & 0xffffff;
    if (kind === INVALID_BLOCK) return damaged;
    if (position + 4 + length > bytes.sizeBytes) return cutShort;
    if (info === null) {
      const block = kind === STREAM_INFO && length === STREAM_INFO_BYTES ? bytes.view(position + 4, length) : null;
      if (block === null) return damaged;
      info = streamInfo(block);
    }
    position += 4 + length;
    if (isLast) return { ...info, soundStart: position };
  }
};

const BLOCK_BYTES = 512 * 1024;
const LONGEST_HEADER_BYTES = 16;

/**
 * Samples in the frames that fill the span, each ending where its checksum comes out and the next in order begins;
 * null when they do not fill it.
 */
const samplesIn = (bytes: Seekable, { start, end }: Span, stream: FlacStream): number | null => {
  let current: FlacFrame | null = null;
  let samples = 0;
  let crc = 0;
  for (let blockStart = start; blockStart < end;) {
    const length = Math.min(BLOCK_BYTES + LONGEST_HEADER_BYTES, end - blockStart);
    const view = bytes.view(blockStart, length);
    if (view === null) return null;
    const block = new Uint8Array(view.buffer, view.byteOffset, length);
    const scanned = blockStart + length === end ? length : BLOCK_BYTES;
    for (let at = 0; at < scanned; at += 1) {
      const byte = block[at] ?? 0;
      if (byte === 0xff && (crc === 0 || current === null)) {
        const frame = flacFrame(block.subarray(at, at + LONGEST_HEADER_BYTES), stream);
        if (frame !== null && followsOn(current, frame)) {
          current = frame;
          samples += frame.samples;
          crc = 0;
        }
      }
      if (current === null) return null;
      crc = nextCrc16(crc, byte);
    }
    blockStart += scanned;
  }
  return crc === 0 ? samples : null;
};

export const inspectFlac = (bytes: Seekable, { start, end }: Span, limits: SoundLimits): Verdict => {
  const found = metadata(bytes, start);
  if ('ok' in found) return found;
  const { stream, totalSamples, soundStart } = found;
  if (soundStart >= end) return silentFile;
  const samples = samplesIn(bytes, { start: soundStart, end }, stream);
  if (samples === null) return damaged;
  if (samples < totalSamples) return cutShort;
  if (totalSamples !== 0 && samples > totalSamples) return damaged;
  const seconds = stream.sampleRateHz === 0 ? 0 : samples / stream.sampleRateHz;
  const bitsPerSecond = (8 * (end - soundStart)) / seconds;
  return judged({ codec: 'FLAC', contentType: 'audio/flac', ...stream, seconds, bitsPerSecond }, limits);
};
