import type { SqlEntityManager } from '@mikro-orm/sql';
import type { RollupRepository } from '@backline/core/payout';
import { COUNTED_VERDICTS } from '@backline/core/playback';

const COUNTED = COUNTED_VERDICTS.map((verdict) => `'${verdict}'`).join(', ');

/**
 * One statement, so that all of it sees one snapshot. Transactions before the snapshot's xmin have all ended:
 * whatever they recorded is visible, and nothing will be added to it.
 *
 * A play is counted by its first verdict; each change of verdict moves one from the old to the new.
 */
const ADVANCE = `
with bounds as (
  select next_xid as since, greatest(next_xid, pg_snapshot_xmin(pg_current_snapshot())::text::bigint) as until
  from rollup_watermark for update skip locked
), delta as materialized (
  select track_id, artist_id, listener_id, (started_at at time zone 'UTC')::date as day, first_verdict as verdict,
         1 as added, 1 as reported
  from play, bounds where recorded_xid >= since and recorded_xid < until
  union all
  select track_id, artist_id, listener_id, (started_at at time zone 'UTC')::date, moved.verdict, moved.added, 0
  from verdict_change, bounds,
       lateral (values (from_verdict, -1), (to_verdict, 1)) as moved (verdict, added)
  where recorded_xid >= since and recorded_xid < until
), days as (
  insert into play_rollup_day as rolled (track_id, day, verdict, plays)
  select track_id, day, verdict, sum(added) from delta group by 1, 2, 3 having sum(added) <> 0
  on conflict (track_id, day, verdict) do update set plays = rolled.plays + excluded.plays
), months as (
  insert into play_rollup_month as rolled (artist_id, month, verdict, plays)
  select artist_id, date_trunc('month', day)::date, verdict, sum(added) from delta group by 1, 2, 3
  having sum(added) <> 0
  on conflict (artist_id, month, verdict) do update set plays = rolled.plays + excluded.plays
), listeners as (
  insert into listener_plays as rolled (listener_id, plays)
  select listener_id, sum(reported) from delta group by 1 having sum(reported) <> 0
  on conflict (listener_id) do update set plays = rolled.plays + excluded.plays
), tracks as (
  update track_plays set plays = track_plays.plays + counted.plays
  from (select track_id, sum(added) as plays from delta where verdict in (${COUNTED}) group by 1) as counted
  where counted.track_id = track_plays.track_id and counted.plays <> 0
), forward as (
  update rollup_watermark set next_xid = until from bounds where until > next_xid
)
select count(*) as moved from delta where added > 0`;

/** Catching up after a long pause may take longer than a request may. */
const CATCH_UP_TIMEOUT = '60s';

export const rollupRepository = (em: SqlEntityManager): RollupRepository => ({
  advance: async () => {
    await em.execute(`set local statement_timeout = '${CATCH_UP_TIMEOUT}'`);
    const [row] = await em.execute<{ moved: string }[]>(ADVANCE);
    return Number(row?.moved ?? 0);
  },
});

/**
 * What the rollup has not reached yet. Materialized, since the planner would else look through all that the artist or
 * listener ever had; and with an upper bound, since it takes a range with two ends for a short one, fit for the index.
 */
const recent = (table: string, columns: string): string =>
  `as materialized (select ${columns}, track_id, artist_id, listener_id, started_at from ${table}
    where recorded_xid between (select next_xid from rollup_watermark) and ${2n ** 63n - 1n})`;

/**
 * What the rollup has not reached yet of an artist's, a listener's or some tracks' plays, as `where` says by track_id,
 * artist_id and listener_id.
 */
export const tailOf = (where: string): string => `
  with reported ${recent('play', 'first_verdict')}, changed ${recent('verdict_change', 'from_verdict, to_verdict')}
  select track_id, artist_id, date_trunc('month', started_at at time zone 'UTC')::date as month,
         first_verdict as verdict, 1 as added, 1 as reported
  from reported where ${where}
  union all
  select track_id, artist_id, date_trunc('month', started_at at time zone 'UTC')::date, moved.verdict, moved.added, 0
  from changed, lateral (values (from_verdict, -1), (to_verdict, 1)) as moved (verdict, added)
  where ${where}`;
