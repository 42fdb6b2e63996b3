import type { UserId } from '../accounts/index.ts';
import type { TrackId } from '../catalog/index.ts';
import { type Month, invariant } from '../kernel/index.ts';

/** How many payable plays of a track a listener began in a month. */
export type PayableCount = {
  readonly listenerId: UserId;
  readonly trackId: TrackId;
  readonly playedIn: Month;
  /** A positive integer. */
  readonly plays: number;
};

export type TrackMonth = { readonly trackId: TrackId; readonly playedIn: Month };

/**
 * The payable plays of a close by listener, in columns: some bytes a row, where an object would have a hundred.
 *
 * Listener `l` has the rows from `firstRow[l]` to before `firstRow[l + 1]`, in the order of `trackMonths`, each once.
 */
export type PlayCounts = {
  /** Ascending. */
  readonly listeners: readonly UserId[];
  readonly firstRow: Uint32Array;
  /** By track id, then month. */
  readonly trackMonths: readonly TrackMonth[];
  /** Indices into `trackMonths`. */
  readonly trackMonthOf: Uint32Array;
  readonly plays: Float64Array;
};

/** Collects counts in any order and any number of parts; the same plays make the same columns. */
export const countTable = () => {
  const listeners = new Map<UserId, number>();
  const months = new Map<Month, Map<TrackId, number>>();
  const trackMonths: TrackMonth[] = [];
  const [ofListener, ofTrackMonth, plays] = [column(), column(), column()];

  const listenerNumber = (listenerId: UserId): number => {
    const known = listeners.get(listenerId);
    if (known !== undefined) return known;
    listeners.set(listenerId, listeners.size);
    return listeners.size - 1;
  };
  const trackMonthNumber = ({ trackId, playedIn }: TrackMonth): number => {
    const tracks = months.get(playedIn) ?? new Map<TrackId, number>();
    const known = tracks.get(trackId);
    if (known !== undefined) return known;
    months.set(playedIn, tracks.set(trackId, trackMonths.length));
    return trackMonths.push({ trackId, playedIn }) - 1;
  };

  return {
    add: (row: PayableCount): void => {
      invariant(
        Number.isInteger(row.plays) && row.plays > 0 && row.plays <= MOST_PLAYS,
        `not a count of plays: ${row.plays}`,
      );
      ofListener.push(listenerNumber(row.listenerId));
      ofTrackMonth.push(trackMonthNumber(row));
      plays.push(row.plays);
    },
    counts: (): PlayCounts =>
      inOrder([...listeners.keys()], trackMonths, ofListener.all(), ofTrackMonth.all(), plays.all()),
  };
};

export const playCounts = (rows: Iterable<PayableCount>): PlayCounts => {
  const table = countTable();
  for (const row of rows) table.add(row);
  return table.counts();
};

/** The rows again, in order. */
export function* rowsOf(counts: PlayCounts): Generator<PayableCount> {
  for (const [index, listenerId] of counts.listeners.entries()) {
    for (let row = at(counts.firstRow, index); row < at(counts.firstRow, index + 1); row += 1) {
      const trackMonth = counts.trackMonths[at(counts.trackMonthOf, row)];
      invariant(trackMonth !== undefined, 'a row of no track');
      yield { listenerId, ...trackMonth, plays: at(counts.plays, row) };
    }
  }
}

/** A column's value; outside of the column is a bug. */
export const at = (column: ArrayLike<number>, index: number): number => {
  const value = column[index];
  invariant(value !== undefined, `no row ${index}`);
  return value;
};

/** Two stable counting sorts, so linear in the rows; then rows of the same listener, track and month become one. */
const inOrder = (
  listeners: readonly UserId[],
  trackMonths: readonly TrackMonth[],
  ofListener: Uint32Array,
  ofTrackMonth: Uint32Array,
  plays: Uint32Array,
): PlayCounts => {
  const sortedListeners = listeners.toSorted((a, b) => a - b);
  const sortedTrackMonths = trackMonths.toSorted(byTrackAndMonth);
  const listenerRank = renumbered(ofListener, listeners, sortedListeners);
  const trackMonthRank = renumbered(ofTrackMonth, trackMonths, sortedTrackMonths);
  const byTrackMonth = stably(plays.keys(), plays.length, trackMonthRank, trackMonths.length);
  const order = stably(byTrackMonth, plays.length, listenerRank, listeners.length);

  const firstRow = new Uint32Array(listeners.length + 1);
  const mergedTrackMonths = new Uint32Array(plays.length);
  const mergedPlays = new Float64Array(plays.length);
  let rows = 0;
  let listener = -1;
  for (const row of order) {
    const [itsListener, trackMonth] = [at(listenerRank, row), at(trackMonthRank, row)];
    const again = itsListener === listener && mergedTrackMonths[rows - 1] === trackMonth;
    if (!again) rows += 1;
    listener = itsListener;
    mergedTrackMonths[rows - 1] = trackMonth;
    mergedPlays[rows - 1] = at(mergedPlays, rows - 1) + at(plays, row);
    firstRow[itsListener + 1] = rows;
  }
  return {
    listeners: sortedListeners,
    firstRow,
    trackMonths: sortedTrackMonths,
    trackMonthOf: mergedTrackMonths.slice(0, rows),
    plays: mergedPlays.slice(0, rows),
  };
};

/** Of two different ones. */
const byTrackAndMonth = (a: TrackMonth, b: TrackMonth): number =>
  a.trackId - b.trackId || (a.playedIn < b.playedIn ? -1 : 1);

/** The numbers of `column`, which number the values of `from`, as numbers of the same values in `to`. */
const renumbered = <T>(column: Uint32Array, from: readonly T[], to: readonly T[]): Uint32Array => {
  const places = new Map(to.map((value, index) => [value, index]));
  const rank = Uint32Array.from(from, (value) => places.get(value) ?? to.length);
  return column.map((number) => at(rank, number));
};

/** The rows by their key, rows of the same key in the order given. */
const stably = (rows: Iterable<number>, count: number, keys: Uint32Array, keyCount: number): Uint32Array => {
  const next = new Uint32Array(keyCount + 1);
  for (const key of keys) next[key + 1] = at(next, key + 1) + 1;
  for (let key = 0; key < keyCount; key += 1) next[key + 1] = at(next, key + 1) + at(next, key);

  const sorted = new Uint32Array(count);
  for (const row of rows) {
    const key = at(keys, row);
    const place = at(next, key);
    sorted[place] = row;
    next[key] = place + 1;
  }
  return sorted;
};

const FIRST_ROWS = 1_024;

/** What a row's column holds. */
const MOST_PLAYS = 2 ** 32 - 1;

const column = () => {
  let values = new Uint32Array(FIRST_ROWS);
  let length = 0;
  return {
    push: (value: number): void => {
      if (length === values.length) {
        const longer = new Uint32Array(length * 2);
        longer.set(values);
        values = longer;
      }
      values[length] = value;
      length += 1;
    },
    all: (): Uint32Array => values.subarray(0, length),
  };
};
