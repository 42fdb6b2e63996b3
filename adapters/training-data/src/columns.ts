import type { MediaKey } from '@backline/core/catalog';
import type { TrainingPlay, TrainingTrack } from '@backline/core/discovery';
import type { Column } from './parquet-file.ts';

const required = { repetition_type: 'REQUIRED' } as const;
const optional = { repetition_type: 'OPTIONAL' } as const;

const text = (name: string, repetition: typeof required | typeof optional) =>
  [{ name, type: 'BYTE_ARRAY', converted_type: 'UTF8', ...repetition }] as const;
const int64 = (name: string) => [{ name, type: 'INT64', ...required }] as const;
const int32 = (name: string) => [{ name, type: 'INT32', ...required }] as const;

const DAY_MS = 86_400_000;

/** Names and types are those of contracts/recommender. */
export const playColumns = (pseudonymOf: (listenerId: number) => string): readonly Column<TrainingPlay>[] => [
  { name: 'listener', schema: [...text('listener', required)], valueOf: ({ listenerId }) => pseudonymOf(listenerId) },
  { name: 'track_id', schema: [...int64('track_id')], valueOf: ({ trackId }) => BigInt(trackId) },
  { name: 'artist_id', schema: [...int64('artist_id')], valueOf: ({ artistId }) => BigInt(artistId) },
  {
    name: 'started_at',
    schema: [
      {
        name: 'started_at',
        type: 'INT64',
        ...required,
        logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MICROS' },
      },
    ],
    valueOf: ({ startedAt }) => BigInt(startedAt) * 1_000n,
  },
  { name: 'ms_played', schema: [...int32('ms_played')], valueOf: ({ msPlayed }) => msPlayed },
  { name: 'trust', schema: [{ name: 'trust', type: 'FLOAT', ...required }], valueOf: ({ trust }) => trust },
];

/** Where this machine has the file of a key; null where it has none. */
export type PathOf = (key: MediaKey) => string | null;

export const trackColumns = (pathOf: PathOf): readonly Column<TrainingTrack>[] => [
  { name: 'track_id', schema: [...int64('track_id')], valueOf: ({ trackId }) => BigInt(trackId) },
  { name: 'artist_id', schema: [...int64('artist_id')], valueOf: ({ artistId }) => BigInt(artistId) },
  {
    name: 'tags',
    schema: [
      { name: 'tags', ...required, converted_type: 'LIST', num_children: 1 },
      { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
      ...text('element', required),
    ],
    valueOf: ({ tags }) => tags,
  },
  { name: 'genre', schema: [...text('genre', optional)], valueOf: ({ genre }) => genre ?? undefined },
  {
    name: 'released_on',
    schema: [{ name: 'released_on', type: 'INT32', converted_type: 'DATE', ...optional }],
    valueOf: ({ releasedOn }) => (releasedOn === null ? undefined : Date.parse(releasedOn) / DAY_MS),
  },
  { name: 'duration_ms', schema: [...int32('duration_ms')], valueOf: ({ durationMs }) => durationMs },
  {
    name: 'audio_path',
    schema: [...text('audio_path', optional)],
    valueOf: ({ preview }) => (preview === null ? undefined : (pathOf(preview) ?? undefined)),
  },
];
