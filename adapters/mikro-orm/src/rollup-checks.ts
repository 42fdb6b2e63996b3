import type { Difference } from '@backline/core/payout';
import { COUNTED_VERDICTS } from '@backline/core/playback';

/** A statement whose rows are differences: (place, expected, found). */
export type AuditQuery = { readonly check: Difference['check']; readonly sql: string };

const COUNTED = COUNTED_VERDICTS.map((verdict) => `'${verdict}'`).join(', ');

const DAY = `(started_at at time zone 'UTC')::date`;
const MONTH = `date_trunc('month', started_at at time zone 'UTC')::date`;

/** What the rollups have not reached yet, as they would count it. */
const tail = (within: string): string => `
  select track_id, artist_id, listener_id, started_at, first_verdict as verdict, 1 as added, 1 as reported
  from play where recorded_xid >= (select next_xid from rollup_watermark) and ${within}
  union all
  select track_id, artist_id, listener_id, started_at, moved.verdict, moved.added, 0
  from verdict_change, lateral (values (from_verdict, -1), (to_verdict, 1)) as moved (verdict, added)
  where recorded_xid >= (select next_xid from rollup_watermark) and ${within}`;

type Rollup = {
  readonly check: Difference['check'];
  readonly table: string;
  /** Columns of the rollup's key. */
  readonly key: readonly string[];
  /** The same of a play. */
  readonly of: readonly string[];
  readonly place: string;
  /** What a play counts, and what a row of the tail does. */
  readonly played?: string;
  readonly moved?: string;
  /** Which rows of the rollup. */
  readonly rows?: string;
};

/** What is rolled up and the tail, beside what the plays themselves say by the verdicts that they have. */
const differences = (
  { check, table, key, of, place, played = '1', moved = 'added', rows }: Rollup,
  within = 'true',
) => ({
  check,
  sql: `
with kept as (
  select ${key.join(', ')}, sum(plays) as plays from (
    select ${key.join(', ')}, plays from ${table} where ${rows ?? 'true'}
    union all
    select ${of.join(', ')}, ${moved} from (${tail(within)}) as tail
  ) as all_kept group by ${key.join(', ')}
), counted as (
  select ${of.map((column, index) => `${column} as ${key[index]}`).join(', ')}, sum(${played}) as plays
  from play where ${within} group by ${of.join(', ')}
)
select ${place} as place, coalesce(counted.plays, 0) as expected, coalesce(kept.plays, 0) as found
from kept full join counted using (${key.join(', ')})
where coalesce(counted.plays, 0) <> coalesce(kept.plays, 0)`,
});

const DAYS: Rollup = {
  check: 'rollup-day',
  table: 'play_rollup_day',
  key: ['track_id', 'day', 'verdict'],
  of: ['track_id', DAY, 'verdict'],
  place: `'track ' || track_id || ', day ' || day || ', verdict ' || verdict`,
};

const MONTHS: Rollup = {
  check: 'rollup-month',
  table: 'play_rollup_month',
  key: ['artist_id', 'month', 'verdict'],
  of: ['artist_id', MONTH, 'verdict'],
  place: `'artist ' || artist_id || ', month ' || to_char(month, 'YYYY-MM') || ', verdict ' || verdict`,
};

const TRACKS: Rollup = {
  check: 'track-plays',
  table: 'track_plays',
  key: ['track_id'],
  of: ['track_id'],
  place: `'track ' || track_id`,
  played: `case when verdict in (${COUNTED}) then 1 else 0 end`,
  moved: `case when verdict in (${COUNTED}) then added else 0 end`,
};

const LISTENERS: Rollup = {
  check: 'listener-plays',
  table: 'listener_plays',
  key: ['listener_id'],
  of: ['listener_id'],
  place: `'listener ' || listener_id`,
  moved: 'reported',
};

export const rollupChecks: readonly AuditQuery[] = [DAYS, MONTHS, TRACKS, LISTENERS].map((rollup) =>
  differences(rollup),
);

const OF_MONTH = 'started_at >= $1::timestamptz and started_at < $2::timestamptz';
const fallsIn = (column: string): string =>
  `${column} >= ($1::timestamptz at time zone 'UTC')::date and ${column} < ($2::timestamptz at time zone 'UTC')::date`;

/** $1 and $2 are the month's beginning and end. */
export const monthRollupChecks: readonly AuditQuery[] = [
  differences({ ...DAYS, rows: fallsIn('day') }, OF_MONTH),
  differences({ ...MONTHS, rows: fallsIn('month') }, OF_MONTH),
];
