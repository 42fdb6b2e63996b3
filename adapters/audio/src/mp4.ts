import { aacStream } from './mp4-aac.ts';
import { type Box, boxesIn, find, uint, versionOf } from './mp4-boxes.ts';
import { type Samples, samplesOf } from './mp4-samples.ts';
import { type Seekable, textAt } from './seekable.ts';
import type { Span } from './tag-blocks.ts';
import {
  type SoundLimits,
  type Verdict,
  cutShort,
  damaged,
  judged,
  silentFile,
  unplayable,
  unsupported,
} from './verdict.ts';

const QUICKTIME = 'qt  ';
/** Enough for the longest track; more is made to hurt. */
const LARGEST_INDEX_BYTES = 16 * 1024 * 1024;

type TopLevel = { readonly index: Span | null; readonly media: readonly Span[]; readonly isCut: boolean };

const topLevel = (bytes: Seekable): TopLevel => {
  let index: Span | null = null;
  const media: Span[] = [];
  for (let at = 0; at < bytes.sizeBytes;) {
    const header = bytes.view(at, 8);
    if (header === null) return { index, media, isCut: true };
    const kind = textAt(header, 4, 8);
    const short = header.getUint32(0);
    const wide = short === 1 ? bytes.view(at + 8, 8) : null;
    const length = short === 0 ? bytes.sizeBytes - at : short === 1 ? Number(wide?.getBigUint64(0) ?? 0) : short;
    const body = at + (short === 1 ? 16 : 8);
    if (at + length < body || at + length > bytes.sizeBytes) return { index, media, isCut: true };
    if (kind === 'moov') index = { start: body, end: at + length };
    if (kind === 'mdat') media.push({ start: body, end: at + length });
    at += length;
  }
  return { index, media, isCut: false };
};

const handlerOf = (view: DataView, track: Box): string => {
  const handler = find(view, track, 'mdia', 'hdlr')[0];
  return handler === undefined ? '' : textAt(view, handler.body + 8, Math.min(handler.body + 12, handler.end));
};

/** Of a movie or media header: units a second, and how many. */
const timing = (
  view: DataView,
  header: Box | undefined,
): { readonly scale: number; readonly duration: number } | null => {
  if (header === undefined) return null;
  const wide = versionOf(view, header) === 1;
  const scale = uint(view, header, wide ? 20 : 12, 4);
  const duration = uint(view, header, wide ? 24 : 16, wide ? 8 : 4);
  return scale === null || scale === 0 || duration === null ? null : { scale, duration };
};

/** Seconds that the edit list presents, without what the encoder added; null where there is none of one piece. */
const editedSeconds = (view: DataView, track: Box, movieScale: number): number | null => {
  const edits = find(view, track, 'edts', 'elst')[0];
  if (edits === undefined || uint(view, edits, 4, 4) !== 1) return null;
  const duration = uint(view, edits, 8, versionOf(view, edits) === 1 ? 8 : 4);
  return duration === null || duration === 0 ? null : duration / movieScale;
};

const lies = (chunk: Span, media: readonly Span[]): boolean =>
  media.some(({ start, end }) => start <= chunk.start && chunk.end <= end);

const inspectTrack = (view: DataView, movie: Box, track: Box, top: TopLevel, limits: SoundLimits): Verdict => {
  const description = find(view, track, 'mdia', 'minf', 'stbl', 'stsd')[0];
  const stream = description === undefined ? null : aacStream(view, description);
  if (stream === null) return unsupported;
  if (find(view, movie, 'mvex').length > 0) {
    return unplayable('It is made of fragments, as for streaming. Export it as an ordinary M4A file.');
  }
  const table = find(view, track, 'mdia', 'minf', 'stbl')[0];
  const samples: Samples | null = table === undefined ? null : samplesOf(view, table);
  const own = timing(view, find(view, track, 'mdia', 'mdhd')[0]);
  const whole = timing(view, find(view, movie, 'mvhd')[0]);
  if (samples === null || own === null || whole === null) return damaged;
  if (samples.count === 0 || samples.totalBytes === 0) return silentFile;
  if (!samples.chunks.every((chunk) => lies(chunk, top.media))) return top.isCut ? cutShort : damaged;

  const coded = samples.duration / own.scale;
  const edited = editedSeconds(view, track, whole.scale);
  const seconds = edited !== null && edited < coded ? edited : coded;
  const bitsPerSecond = (8 * samples.totalBytes) / coded;
  return judged({ codec: 'AAC', contentType: 'audio/mp4', ...stream, seconds, bitsPerSecond }, limits);
};

/** One track of AAC; other codings and anything with moving pictures are unsupported, a cover is fine. */
export const inspectMp4 = (bytes: Seekable, limits: SoundLimits): Verdict => {
  const brand = bytes.view(8, 4);
  if (brand === null || textAt(brand, 0, 4) === QUICKTIME) return unsupported;
  const top = topLevel(bytes);
  if (top.index === null) return top.isCut ? cutShort : unsupported;
  const length = top.index.end - top.index.start;
  if (length > LARGEST_INDEX_BYTES) return damaged;
  const view = bytes.view(top.index.start, length);
  if (view === null || boxesIn(view, 0, length) === null) return damaged;

  const movie: Box = { kind: 'moov', body: 0, end: length };
  const tracks = find(view, movie, 'trak');
  const sound = tracks.filter((track) => handlerOf(view, track) === 'soun');
  const [only] = sound;
  if (only === undefined || sound.length > 1 || tracks.some((track) => handlerOf(view, track) === 'vide'))
    return unsupported;
  return inspectTrack(view, movie, only, top, limits);
};
