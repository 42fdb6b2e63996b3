import { type Box, find, rows, uint } from './mp4-boxes.ts';
import type { Span } from './tag-blocks.ts';

/** What a track's tables say: how long, how large, and where in the file. */
export type Samples = {
  readonly count: number;
  /** In the track's own time scale. */
  readonly duration: number;
  readonly totalBytes: number;
  /** Of each stretch that lies together. */
  readonly chunks: readonly Span[];
};

const times = (view: DataView, table: Box): { readonly count: number; readonly duration: number } | null => {
  const list = rows(view, table, 8);
  if (list === null) return null;
  let [count, duration] = [0, 0];
  for (let row = 0; row < list.count; row += 1) {
    const [samples, each] = [view.getUint32(list.at + 8 * row), view.getUint32(list.at + 8 * row + 4)];
    count += samples;
    duration += samples * each;
  }
  return { count, duration };
};

type Sizes = { readonly count: number; readonly of: (index: number) => number };

const sizes = (view: DataView, table: Box): Sizes | null => {
  const fixed = uint(view, table, 4, 4);
  const count = uint(view, table, 8, 4);
  if (fixed === null || count === null) return null;
  if (fixed !== 0) return { count, of: () => fixed };
  const list = rows(view, table, 4, 8);
  return list === null ? null : { count, of: (index) => view.getUint32(list.at + 4 * index) };
};

const offsets = (view: DataView, table: Box): readonly number[] | null => {
  const wide = table.kind === 'co64';
  const list = rows(view, table, wide ? 8 : 4);
  if (list === null) return null;
  return Array.from({ length: list.count }, (_, row) =>
    wide ? Number(view.getBigUint64(list.at + 8 * row)) : view.getUint32(list.at + 4 * row),
  );
};

/** Samples in each of `chunks` chunks; null when the table does not say. */
const chunkLengths = (view: DataView, table: Box, chunks: number): readonly number[] | null => {
  const list = rows(view, table, 12);
  if (list === null) return null;
  const lengths: number[] = [];
  for (let row = 0; row < list.count; row += 1) {
    const from = view.getUint32(list.at + 12 * row);
    const until = row + 1 < list.count ? view.getUint32(list.at + 12 * (row + 1)) : chunks + 1;
    if (from !== lengths.length + 1 || until <= from || until > chunks + 1) return null;
    const each = view.getUint32(list.at + 12 * row + 4);
    for (let chunk = from; chunk < until; chunk += 1) lengths.push(each);
  }
  return lengths.length === chunks ? lengths : null;
};

const placed = (starts: readonly number[], lengths: readonly number[], size: Sizes): readonly Span[] | null => {
  const chunks: Span[] = [];
  let sample = 0;
  for (const [index, start] of starts.entries()) {
    const until = sample + (lengths[index] ?? 0);
    if (until > size.count) return null;
    let end = start;
    for (; sample < until; sample += 1) end += size.of(sample);
    chunks.push({ start, end });
  }
  return sample === size.count ? chunks : null;
};

/** Null when the tables are missing or contradict one another. */
export const samplesOf = (view: DataView, sampleTable: Box): Samples | null => {
  const one = (kind: string): Box | undefined => find(view, sampleTable, kind)[0];
  const [timeTable, sizeTable, chunkTable] = [one('stts'), one('stsz'), one('stsc')];
  const offsetTable = one('stco') ?? one('co64');
  if (timeTable === undefined || sizeTable === undefined || chunkTable === undefined || offsetTable === undefined)
    return null;
  const [time, size, starts] = [times(view, timeTable), sizes(view, sizeTable), offsets(view, offsetTable)];
  if (time === null || size === null || starts === null || time.count !== size.count) return null;
  const lengths = chunkLengths(view, chunkTable, starts.length);
  const chunks = lengths === null ? null : placed(starts, lengths, size);
  if (chunks === null) return null;
  const totalBytes = chunks.reduce((sum, { start, end }) => sum + end - start, 0);
  return { ...time, totalBytes, chunks };
};
