import type { UserId } from '@backline/core/accounts';
import type { TrackId } from '@backline/core/catalog';
import { DAY_MS, type Instant, type Result, type UnitOfWork, isoText } from '@backline/core/kernel';
import type { HeldPlayStores } from '@backline/core/payout';
import type { Play, PlayId, PlayRepository, ReportFacts, Verdict } from '@backline/core/playback';
import { retrying } from './failures.ts';
import { HELD_TRACKS, heldTrackOf } from './held-tracks.ts';
import { holdRepository } from './holds.ts';
import { listenerFacts } from './listener-facts.ts';
import { type Run, type Write, plainPool, statement } from './pool.ts';
import type { Connection } from './connection.ts';

/**
 * Sorted, so that two transactions never wait for each other. One round trip with `begin`. Keys of this lock's
 * class are listener ids; the class keeps them apart from other advisory locks.
 */
const LOCK = statement(
  'play_lock',
  `select pg_advisory_xact_lock(hashtextextended(current_schema() || ':plays', listener_id))
   from (select unnest($1::bigint[]) as listener_id order by 1) as listeners`,
);

type PlayRow = {
  play_id: string;
  listener_id: number;
  track_id: number;
  artist_id: number;
  track_duration_ms: number;
  started_at: number;
  ms_played: number;
  reported_at: number;
  verdict: Verdict;
  first_verdict: Verdict;
  occupying: boolean;
  policy_version: number;
};

const IN_WINDOWS = statement<PlayRow>(
  'play_in_windows',
  `select play_id, p.listener_id, track_id, artist_id, track_duration_ms, started_at, ms_played, reported_at,
          verdict, first_verdict, occupying, policy_version
   from unnest($1::bigint[], $2::timestamptz[], $3::timestamptz[]) as w (listener_id, since, until)
   join play p on p.listener_id = w.listener_id and started_at >= since and started_at < until
   order by p.listener_id, started_at, play_id`,
);

/** Milliseconds since the epoch, of any size; PostgreSQL reads a text with a year only within bounds. */
const instantOf = (ms: string): string => `'epoch'::timestamptz + ${ms} * interval '1 ms'`;

/**
 * Each report with what has its id, its track, and what its surroundings are; `$6` and `$7` span them all, so that
 * only the months between are looked at.
 */
const FACTS = statement<FactsRow>(
  'play_facts',
  `with reported as materialized (
     select play_id, listener_id, track_id, place, ${instantOf('start_ms')} as started_at,
       ${instantOf('(start_ms + greatest(ms_played, 1))')} as ended_at,
       date_trunc('day', ${instantOf('start_ms')}, 'UTC') as day
     from unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::bigint[], $5::int[])
       with ordinality as r (play_id, listener_id, track_id, start_ms, ms_played, place)
   )
   select key.listener_id as recorded_by, key.first_verdict, t.artist_id, t.duration_ms, t.removed_at,
     case when near.started_at < r.started_at then near.ended_at end as heard_until,
     coalesce(near.started_at >= r.started_at, false) as is_followed,
     (select count(*) from play p where p.listener_id = r.listener_id and p.track_id = r.track_id
        and p.started_at >= r.day and p.started_at < r.day + interval '24 hours'
        and p.started_at >= ${instantOf('$6::bigint')} and p.started_at < ${instantOf('$7::bigint')}
        and p.verdict in ('payable', 'held', 'daily-cap')) as paid_that_day
   from reported r
   left join play_key key on key.play_id = r.play_id
   left join track t on t.id = r.track_id
   left join lateral (
     select p.started_at, p.started_at + p.ms_played * interval '1 ms' as ended_at
     from play p
     where p.listener_id = r.listener_id and (p.occupying or p.started_at >= r.started_at)
       and p.started_at < r.ended_at and p.started_at > r.started_at - interval '24 hours'
       and p.started_at >= ${instantOf('$6::bigint')} and p.started_at < ${instantOf('$7::bigint')}
     order by p.started_at desc limit 1
   ) near on near.started_at >= r.started_at or near.ended_at > r.started_at
   order by r.place`,
);

type FactsRow = {
  recorded_by: number | null;
  first_verdict: Verdict;
  artist_id: number | null;
  duration_ms: number;
  removed_at: number | null;
  heard_until: number | null;
  is_followed: boolean;
  paid_that_day: number;
};

const APPEND = statement<never>(
  'play_append',
  `with reported as materialized (
     select play_id, listener_id, track_id, artist_id, track_duration_ms, ${instantOf('start_ms')} as started_at,
       ms_played, ${instantOf('report_ms')} as reported_at, verdict, occupying, policy_version
     from unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::bigint[], $5::int[], $6::bigint[],
       $7::int[], $8::bigint[], $9::play_verdict[], $10::boolean[], $11::smallint[])
       as r (play_id, listener_id, track_id, artist_id, track_duration_ms, start_ms, ms_played, report_ms,
         verdict, occupying, policy_version)
   ), keys as (
     insert into play_key (play_id, listener_id, first_verdict)
     select play_id, listener_id, verdict from reported order by play_id
   )
   insert into play (play_id, listener_id, track_id, artist_id, track_duration_ms, started_at, ms_played,
     reported_at, verdict, first_verdict, occupying, policy_version)
   select play_id, listener_id, track_id, artist_id, track_duration_ms, started_at, ms_played,
     reported_at, verdict, verdict, occupying, policy_version
   from reported`,
);

const REJUDGE = statement<never>(
  'play_rejudge',
  `with judged as (
     select * from unnest($1::bigint[], $2::timestamptz[], $3::uuid[], $4::play_verdict[], $5::boolean[], $6::smallint[],
       $7::play_verdict[]) as j (listener_id, started_at, play_id, verdict, occupying, policy_version, previous)
   ), changed as (
     update play p set verdict = j.verdict, occupying = j.occupying, policy_version = j.policy_version
     from judged j
     where p.listener_id = j.listener_id and p.started_at = j.started_at and p.play_id = j.play_id
     returning p.play_id, p.listener_id, p.track_id, p.artist_id, p.started_at, j.previous, p.verdict
   )
   insert into verdict_change (play_id, listener_id, track_id, artist_id, started_at, from_verdict, to_verdict)
   select * from changed where previous <> verdict`,
);

const fromRow = (row: PlayRow): Play => ({
  playId: row.play_id as PlayId,
  listenerId: row.listener_id as UserId,
  trackId: row.track_id as TrackId,
  artistId: row.artist_id as UserId,
  trackDurationMs: row.track_duration_ms,
  startedAt: row.started_at as Instant,
  msPlayed: row.ms_played,
  reportedAt: row.reported_at as Instant,
  judgment: { verdict: row.verdict, occupying: row.occupying, policyVersion: row.policy_version },
  firstVerdict: row.first_verdict,
});

const factsFrom = (row: FactsRow): ReportFacts => ({
  recorded:
    row.recorded_by === null ? null : { listenerId: row.recorded_by as UserId, firstVerdict: row.first_verdict },
  track:
    row.artist_id === null
      ? null
      : { artistId: row.artist_id as UserId, durationMs: row.duration_ms, removedAt: row.removed_at as Instant | null },
  around: {
    heardUntil: row.heard_until as Instant | null,
    isFollowed: row.is_followed,
    paidThatDay: row.paid_that_day,
  },
});

/** An array as text; of values that need no quotes in it. The driver would escape each. */
const list = <T>(of: readonly T[], value: (one: T) => number | string | boolean): string =>
  `{${of.map(value).join(',')}}`;

const itself = (value: number): number => value;

const playRepository = (run: Run, write: Write): PlayRepository => ({
  lock: async (listeners) => {
    await run(LOCK, [list(listeners, itself)]);
  },
  factsOf: async (reports) => {
    if (reports.length === 0) return [];
    const starts = reports.map(({ startedAt }) => startedAt);
    const rows = await run(FACTS, [
      list(reports, ({ playId }) => playId),
      list(reports, ({ listenerId }) => listenerId),
      list(reports, ({ trackId }) => trackId),
      list(starts, itself),
      list(reports, ({ msPlayed }) => msPlayed),
      Math.min(...starts) - DAY_MS,
      Math.max(...starts) + 2 * DAY_MS,
    ]);
    return rows.map(factsFrom);
  },
  inWindows: async (windows) => {
    const rows = await run(IN_WINDOWS, [
      list(windows, ({ listenerId }) => listenerId),
      list(windows, ({ from }) => isoText(from)),
      list(windows, ({ until }) => isoText(until)),
    ]);
    return rows.map(fromRow);
  },
  append: async (plays) => {
    write(APPEND, [
      list(plays, ({ playId }) => playId),
      list(plays, ({ listenerId }) => listenerId),
      list(plays, ({ trackId }) => trackId),
      list(plays, ({ artistId }) => artistId),
      list(plays, ({ trackDurationMs }) => trackDurationMs),
      list(plays, ({ startedAt }) => startedAt),
      list(plays, ({ msPlayed }) => msPlayed),
      list(plays, ({ reportedAt }) => reportedAt),
      list(plays, ({ judgment }) => judgment.verdict),
      list(plays, ({ judgment }) => judgment.occupying),
      list(plays, ({ judgment }) => judgment.policyVersion),
    ]);
  },
  rejudge: async (changes) => {
    write(REJUDGE, [
      list(changes, ({ play }) => play.listenerId),
      list(changes, ({ play }) => isoText(play.startedAt)),
      list(changes, ({ play }) => play.playId),
      list(changes, ({ judgment }) => judgment.verdict),
      list(changes, ({ judgment }) => judgment.occupying),
      list(changes, ({ judgment }) => judgment.policyVersion),
      list(changes, ({ play }) => play.judgment.verdict),
    ]);
  },
  listenerFacts: (listeners) => listenerFacts(run, listeners, list(listeners, itself)),
  heldTracks: async (tracks) => (await run(HELD_TRACKS, [list(tracks, itself)])).map(heldTrackOf),
});

/**
 * Plans are kept with the connection. Made while a month is still empty they would read all of it for each listener
 * ever after, so only those by index, row by row, are taken.
 */
const SETTINGS = {
  plan_cache_mode: 'force_generic_plan',
  enable_seqscan: 'off',
  enable_hashjoin: 'off',
  enable_mergejoin: 'off',
};

/** A conflict, or a play id that another transaction recorded meanwhile: the next try finds it recorded. */
const RETRYABLE = /^(40001|40P01|23505)$/;

export type PostgresPlayLog = UnitOfWork<HeldPlayStores> & { readonly close: () => Promise<void> };

/** The play log's own door to the database: prepared statements on plain connections, since plays come by the thousand. */
export const postgresPlayLog = (connection: Connection, max: number): PostgresPlayLog => {
  const pool = plainPool(connection, { max, settings: SETTINGS });
  return {
    run: <R extends Result<unknown, unknown>>(work: (stores: HeldPlayStores) => Promise<R>): Promise<R> =>
      retrying(
        () =>
          pool.transaction(async (run, write) => {
            const value = await work({ plays: playRepository(run, write), holds: holdRepository(run) });
            return { commit: value.ok, value };
          }),
        RETRYABLE,
      ),
    close: pool.close,
  };
};
