import type { UserId } from '@backline/core/accounts';
import type {
  CatalogReader,
  MediaKey,
  RenditionName,
  Segments,
  TrackId,
  TrackSearch,
  TrackSort,
} from '@backline/core/catalog';
import { pageOf, readCursor, writeCursor } from './cursor.ts';
import { perTick } from './per-tick.ts';
import { type PlainPool, statement } from './pool.ts';
import { TRACK_VIEW_COLUMNS, TRACK_VIEW_SOURCE, type TrackViewRow, trackView } from './track-view.ts';
import { peaksOf } from './waveforms.ts';

const TRACKS = statement<TrackViewRow>(
  'tracks_by_id',
  `select ${TRACK_VIEW_COLUMNS} from ${TRACK_VIEW_SOURCE} where t.id = any($1::bigint[]) and t.removed_at is null`,
);

const PLAYABLE = statement<{ id: number; artist_id: number; audio_key: string; content_type: string }>(
  'tracks_playable',
  'select id, artist_id, audio_key, content_type from track where id = any($1::bigint[]) and removed_at is null',
);

const TRACK_COUNT = statement<{ tracks: number }>(
  'track_count',
  'select count(*) as tracks from track where artist_id = $1 and removed_at is null',
);

const RENDITIONS = statement<{
  name: RenditionName;
  media_key: string;
  content_type: string;
  codec: string;
  bitrate_kbps: number;
  size_bytes: number;
  segments: Segments | null;
}>(
  'track_renditions',
  `select r.name, r.media_key, r.content_type, r.codec, r.bitrate_kbps, r.size_bytes, r.segments
   from rendition r join track t on t.id = r.track_id
   where r.track_id = $1 and r.kept and t.removed_at is null order by r.name`,
);

const WAVEFORM = statement<{ peaks: Uint8Array }>(
  'track_waveform',
  `select w.peaks from track_waveform w join track t on t.id = w.track_id
   where w.track_id = $1 and t.removed_at is null`,
);

type Order = TrackSort | 'relevance';

/** How well a row answers the query: 1,000 for all words, plus the nearest word's similarity in thousandths. */
const RELEVANCE = `(case when to_tsvector('simple', t.search_text) @@ websearch_to_tsquery('simple', $1) then 1000 else 0 end
  + (1000 * public.word_similarity(lower($1), t.search_text))::int)`;

/** The key that rows are sorted by before their id; each with the direction and how it is compared with the cursor. */
const ORDERS = {
  relevance: { key: RELEVANCE, kind: 'integer', cast: 'bigint', direction: 'desc' },
  popular: { key: 'tp.plays', kind: 'integer', cast: 'bigint', direction: 'desc' },
  title: { key: 'lower(t.title) collate "C"', kind: 'text', cast: 'text', direction: 'asc' },
  new: { key: 't.id', kind: 'integer', cast: 'bigint', direction: 'desc' },
} as const satisfies Record<Order, { key: string; kind: 'text' | 'integer'; cast: string; direction: 'asc' | 'desc' }>;

const MATCHES = `and (to_tsvector('simple', t.search_text) @@ websearch_to_tsquery('simple', $1)
  or lower($1) operator(public.<%) t.search_text)`;

/**
 * The same parameters in all of them: $1 query, $2 genre, $3 tag, $4 artist, $5 and $6 the cursor's key and id,
 * $7 the limit. Clauses that a search doesn't need are left out, so that the planner can use an index.
 */
const listStatement = (order: Order, given: Record<'query' | 'genre' | 'tag' | 'artistId' | 'after', boolean>) => {
  const { key, cast, direction } = ORDERS[order];
  const name = `tracks_${order}_${Object.entries(given)
    .filter(([, used]) => used)
    .map(([clause]) => clause)
    .join('_')}`;
  return statement<TrackViewRow & { sort_key: string | number }>(
    name,
    `select ${TRACK_VIEW_COLUMNS}, ${key} as sort_key
     from ${TRACK_VIEW_SOURCE}
     where t.removed_at is null and ($1::text is null or true) and ($2::text is null or true)
       and ($3::text is null or true) and ($4::bigint is null or true) and ($5::text is null or true)
       and ($6::bigint is null or true)
       ${given.query ? MATCHES : ''}
       ${given.genre ? 'and lower(t.genre) = lower($2)' : ''}
       ${given.tag ? 'and t.tags @> array[lower($3)]' : ''}
       ${given.artistId ? 'and t.artist_id = $4' : ''}
       ${given.after ? `and (${key}, t.id) ${direction === 'asc' ? '>' : '<'} ($5::text::${cast}, $6)` : ''}
     order by ${key} ${direction}, t.id ${direction}
     limit $7`,
  );
};

export const catalogReader = (pool: PlainPool): CatalogReader => ({
  track: perTick(async (ids: readonly TrackId[]) => {
    const rows = await pool.query(TRACKS, [ids]);
    return new Map(rows.map((row) => [row.id as TrackId, trackView(row)]));
  }),
  tracks: async (search, page) => {
    const query = search.query?.trim() ?? '';
    const order: Order = search.sort ?? (query === '' ? 'new' : 'relevance');
    const after = readCursor(order, [ORDERS[order].kind, 'integer'], page.after);
    if (!after.ok) return after;

    const given = {
      query: query !== '',
      genre: search.genre !== undefined,
      tag: search.tag !== undefined,
      artistId: search.artistId !== undefined,
      after: after.value !== null,
    };
    const rows = await pool.query(listStatement(order, given), [
      query === '' ? null : query,
      ...filtersOf(search),
      after.value === null ? null : String(after.value[0]),
      after.value?.[1] ?? null,
      page.limit + 1,
    ]);
    return { ok: true, value: pageOf(rows, page, trackView, (row) => writeCursor(order, [row.sort_key, row.id])) };
  },
  playable: perTick(async (ids: readonly TrackId[]) => {
    const rows = await pool.query(PLAYABLE, [ids]);
    return new Map(
      rows.map((row) => [
        row.id as TrackId,
        {
          trackId: row.id as TrackId,
          artistId: row.artist_id as UserId,
          audio: row.audio_key as MediaKey,
          contentType: row.content_type,
        },
      ]),
    );
  }),
  renditions: async (id) =>
    (await pool.query(RENDITIONS, [id])).map((row) => ({
      name: row.name,
      key: row.media_key as MediaKey,
      kept: true,
      contentType: row.content_type,
      codec: row.codec,
      bitrateKbps: row.bitrate_kbps,
      sizeBytes: row.size_bytes,
      segments: row.segments,
    })),
  waveform: async (id) => {
    const [row] = await pool.query(WAVEFORM, [id]);
    return row === undefined ? null : peaksOf(row.peaks);
  },
  trackCountOf: async (artistId) => (await pool.query(TRACK_COUNT, [artistId]))[0]?.tracks ?? 0,
});

const filtersOf = ({ genre, tag, artistId }: TrackSearch): readonly unknown[] => [
  genre ?? null,
  tag ?? null,
  artistId ?? null,
];
