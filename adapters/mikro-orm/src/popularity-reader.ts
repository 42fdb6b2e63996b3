import type { TrackId } from '@backline/core/catalog';
import type { PopularityReader } from '@backline/core/discovery';
import { type PlainPool, statement } from './pool.ts';

type Popular = { track_id: number; plays: number };

/** How many of the most played tracks are looked at: enough that what a listener has heard leaves a full answer. */
const CANDIDATES = 1_000;

const FOR_LISTENER = statement<Popular>(
  'popular_for_listener',
  `with candidate as materialized (
     select tp.track_id, tp.plays from track_plays tp join track t on t.id = tp.track_id
     where t.removed_at is null and t.artist_id <> $1
     order by tp.plays desc, tp.track_id desc limit ${CANDIDATES}
   ), heard as materialized (
     select distinct track_id from play where listener_id = $1
   )
   select candidate.track_id, plays from candidate left join heard on heard.track_id = candidate.track_id
   order by heard.track_id is not null, plays desc, candidate.track_id desc limit $2`,
);

/** Candidates are those that are played most in all, and those that came last. */
const TO_TASTE = statement<Popular>(
  'popular_to_taste',
  `with lately as materialized (
     select track_id, count(*) as plays from (
       select track_id from play where listener_id = $1 order by started_at desc limit 200) as last
     group by track_id
   ), word as materialized (
     select word, sum(plays) as weight from lately join track t on t.id = track_id
       cross join lateral unnest(array_append(t.tags, lower(t.genre)) || ('artist ' || t.artist_id)) as word
     where word is not null group by word
   ), candidate as materialized (
     (select track_id from track_plays order by plays desc, track_id desc limit ${CANDIDATES})
     union (select id from track order by id desc limit ${CANDIDATES})
   )
   select t.id as track_id, tp.plays
   from candidate c join track t on t.id = c.track_id join track_plays tp on tp.track_id = t.id
   cross join lateral (
     select sum(weight) as weight from word
     where word = any(array_append(t.tags, lower(t.genre)) || ('artist ' || t.artist_id))
   ) as shared
   cross join lateral (
     select coalesce(sum(plays), 0) as plays from play_rollup_day r
     where r.track_id = t.id and r.day > (select max(day) from play_rollup_day) - 14
       and r.verdict in ('payable', 'unfunded')
   ) as late
   where shared.weight is not null and t.removed_at is null and t.artist_id <> $1
     and not exists (select from play p where p.listener_id = $1 and p.track_id = t.id)
   order by ln(1 + shared.weight) + ln(1 + late.plays) - 0.5 * ln(1 + tp.plays) desc, t.id desc
   limit $2`,
);

const LIKE = statement<Popular>(
  'popular_like',
  `select t.id as track_id, tp.plays
   from track seed join track t on t.id <> seed.id join track_plays tp on tp.track_id = t.id
   where seed.id = $1 and t.removed_at is null
   order by (t.artist_id = seed.artist_id)::int + coalesce(lower(t.genre) = lower(seed.genre), false)::int
     + (select count(*) from unnest(t.tags) as tag where tag = any(seed.tags)) desc, tp.plays desc, t.id desc
   limit $2`,
);

const view = ({ track_id, plays }: Popular) => ({ trackId: track_id as TrackId, playCount: plays });

export const popularityReader = (pool: PlainPool): PopularityReader => ({
  forListener: async (listenerId, limit) => (await pool.query(FOR_LISTENER, [listenerId, limit])).map(view),
  toTasteOf: async (listenerId, limit) => (await pool.query(TO_TASTE, [listenerId, limit])).map(view),
  like: async (trackId, limit) => (await pool.query(LIKE, [trackId, limit])).map(view),
});
