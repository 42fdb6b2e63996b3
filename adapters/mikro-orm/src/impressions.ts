import type { UserId } from '@backline/core/accounts';
import type { TrackId } from '@backline/core/catalog';
import type { CandidateSource, Impression, ImpressionLog, Rung, Surface } from '@backline/core/discovery';
import { type Instant, isoText } from '@backline/core/kernel';
import { type PlainPool, statement } from './pool.ts';

const APPEND = statement(
  'impression_append',
  `insert into impression (listener_id, surface, shown_at, model_version, rung, track_ids, sources, propensities)
   values ($1, $2, $3::timestamptz, $4, $5, $6::bigint[], $7::text[], $8::real[])`,
);

const LATEST = statement<Row>(
  'impression_latest',
  `select listener_id, surface, shown_at, model_version, rung, track_ids::text[] as track_ids, sources, propensities
   from impression order by id desc limit $1`,
);

const REMOVE_OF = statement('impression_remove_of', 'delete from impression where listener_id = $1');

const REMOVE_BEFORE = statement<{ id: number }>(
  'impression_remove_before',
  'delete from impression where shown_at < $1::timestamptz returning id',
);

type Row = {
  readonly listener_id: number;
  readonly surface: Surface;
  readonly shown_at: number;
  readonly model_version: string;
  readonly rung: Rung;
  readonly track_ids: readonly string[];
  readonly sources: readonly CandidateSource[];
  readonly propensities: readonly number[];
};

const fromRow = (row: Row): Impression => ({
  listenerId: row.listener_id as UserId,
  surface: row.surface,
  at: row.shown_at as Instant,
  modelVersion: row.model_version,
  rung: row.rung,
  items: row.track_ids.map((trackId, index) => ({
    trackId: Number(trackId) as TrackId,
    source: row.sources[index] ?? 'ranker',
    propensity: row.propensities[index] ?? 1,
  })),
});

export const impressionLog = (pool: PlainPool): ImpressionLog => ({
  append: async ({ listenerId, surface, at, modelVersion, rung, items }) => {
    await pool.query(APPEND, [
      listenerId,
      surface,
      isoText(at),
      modelVersion,
      rung,
      items.map(({ trackId }) => trackId),
      items.map(({ source }) => source),
      items.map(({ propensity }) => propensity),
    ]);
  },
  latest: async (limit) => (await pool.query(LATEST, [limit])).map(fromRow),
  removeOf: async (listenerId) => {
    await pool.query(REMOVE_OF, [listenerId]);
  },
  removeBefore: async (at) => (await pool.query(REMOVE_BEFORE, [isoText(at)])).length,
});
