/*
 * The files that pass between the platform and the engine: what it learns from, and the neighbours that the app
 * reads when the engine is away. Little-endian everywhere.
 */

export type Column = {
  readonly name: string;
  readonly type: ColumnType;
  readonly optional?: true;
  readonly means: string;
};
export type ColumnType = 'string' | 'int64' | 'int32' | 'float32' | 'timestamp[us, UTC]' | 'date32' | 'list<string>';

/**
 * Plays, under `plays/day=YYYY-MM-DD/*.parquet`: the day is that of `started_at` in UTC. A file is written under
 * another name (a leading dot or underscore is passed over) and renamed once it is whole.
 */
export const PLAY_COLUMNS: readonly Column[] = [
  {
    name: 'listener',
    type: 'string',
    means: 'HMAC-SHA-256 of the listener, in lower-case hex; the key stays in the app',
  },
  { name: 'track_id', type: 'int64', means: 'the track, from 1' },
  { name: 'artist_id', type: 'int64', means: 'its artist, from 1' },
  { name: 'started_at', type: 'timestamp[us, UTC]', means: 'when the play began' },
  { name: 'ms_played', type: 'int32', means: 'milliseconds heard' },
  { name: 'trust', type: 'float32', means: '0..1, how far play and account are believed; 0 counts for nothing' },
];

/** The whole catalogue as it stands, in `tracks.parquet`. A track that is not in it is never recommended. */
export const TRACK_COLUMNS: readonly Column[] = [
  { name: 'track_id', type: 'int64', means: 'the track, from 1' },
  { name: 'artist_id', type: 'int64', means: 'its artist, from 1' },
  { name: 'tags', type: 'list<string>', means: 'as the artist gave them' },
  { name: 'genre', type: 'string', means: 'null if none was given' },
  { name: 'released_on', type: 'date32', means: 'null if unknown' },
  { name: 'duration_ms', type: 'int32', means: 'null if unknown' },
  {
    name: 'audio_path',
    type: 'string',
    optional: true,
    means: 'a preview of it that the engine may read to hear how it sounds, null where there is none',
  },
];

/** Listeners that asked to be forgotten, in `erased.parquet`; their plays count no more, in whatever file they still are. */
export const ERASED_COLUMNS: readonly Column[] = [{ name: 'listener', type: 'string', means: 'as in the plays' }];

/**
 * Where models lie, below the engine's folder: `current` holds `{ "current": VERSION, "previous": VERSION | null }`
 * and is replaced by a rename; the neighbours are in `versions/VERSION/item_neighbours.bin`. A version never changes.
 *
 * The file: the bytes `BLNEIGH1`, the length of the header as a uint32, the header as
 * UTF-8 JSON, then its arrays, each at `offset` bytes from the file's start, which is a multiple of 8.
 *
 * The neighbours of track `trackIds[i]` are rows `neighbours[offsets[i]]` up to but without
 * `neighbours[offsets[i + 1]]`, strongest first, with `weights` beside them.
 */
export type NeighboursHeader = {
  readonly trainedAt: string;
  readonly arrays: {
    readonly [Name in NeighbourArray]: { readonly type: string; readonly offset: number; readonly length: number };
  };
  /** Of all bytes after the header and its padding, in hex. */
  readonly sha256: string;
};

export const NEIGHBOUR_ARRAYS = {
  trackIds: { type: 'float64', means: 'ascending; exact, ids being at most 2^53 - 1' },
  artistIds: { type: 'float64', means: 'of the tracks' },
  popularity: { type: 'float32', means: 'decayed trusted listens of the tracks, for the exposure penalty' },
  offsets: { type: 'uint32', means: 'one more than there are tracks' },
  neighbours: { type: 'uint32', means: 'rows' },
  weights: { type: 'float32', means: 'what one play of the row adds to the neighbour, before normalisation' },
} as const;

export type NeighbourArray = keyof typeof NEIGHBOUR_ARRAYS;
