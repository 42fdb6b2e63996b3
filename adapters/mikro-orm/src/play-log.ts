import type { UserId } from '@backline/core/accounts';
import type { TrackId } from '@backline/core/catalog';
import { type Instant, type Result, type UnitOfWork, isoText } from '@backline/core/kernel';
import type { Play, PlayId, PlayLogStores, PlayRepository, Verdict } from '@backline/core/playback';
import { retrying } from './failures.ts';
import { type PlainPool, type Run, statement } from './pool.ts';

/**
 * Sorted, so that two transactions never wait for each other. One round trip with `begin`. Keys of this lock's
 * class are listener ids; the class keeps them apart from other advisory locks.
 */
const LOCK = statement(
  'play_lock',
  `select pg_advisory_xact_lock(hashtextextended(current_schema() || ':plays', listener_id))
   from (select unnest($1::bigint[]) as listener_id order by 1) as listeners`,
);

const RECORDED = statement<{ play_id: string; listener_id: number; first_verdict: Verdict }>(
  'play_recorded',
  'select play_id, listener_id, first_verdict from play_key where play_id = any($1::uuid[])',
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

/** When an id is taken, no play is appended, and the taken ones come back. */
const APPEND = statement<{ play_id: string }>(
  'play_append',
  `with reported as (
     select * from unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::bigint[], $5::int[], $6::timestamptz[],
       $7::int[], $8::timestamptz[], $9::play_verdict[], $10::boolean[], $11::smallint[])
       as r (play_id, listener_id, track_id, artist_id, track_duration_ms, started_at, ms_played, reported_at,
         verdict, occupying, policy_version)
   ), keys as (
     insert into play_key (play_id, listener_id, first_verdict)
     select play_id, listener_id, verdict from reported order by play_id
     on conflict (play_id) do nothing returning play_id
   ), appended as (
     insert into play (play_id, listener_id, track_id, artist_id, track_duration_ms, started_at, ms_played,
       reported_at, verdict, first_verdict, occupying, policy_version)
     select play_id, listener_id, track_id, artist_id, track_duration_ms, started_at, ms_played,
       reported_at, verdict, verdict, occupying, policy_version
     from reported
     where not exists (select from reported where play_id not in (select play_id from keys))
   )
   select play_id from reported where play_id not in (select play_id from keys)`,
);

const RELEASE_KEYS = statement('play_release_keys', 'delete from play_key where play_id = any($1::uuid[])');

const REJUDGE = statement(
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

const TRACK_FACTS = statement<{ id: number; artist_id: number; duration_ms: number; removed_at: number | null }>(
  'play_track_facts',
  'select id, artist_id, duration_ms, removed_at from track where id = any($1::bigint[])',
);

const FUNDING = statement<{ user_id: number; paid_from: number; paid_until: number | null }>(
  'play_funding',
  'select user_id, paid_from, paid_until from paid_span where user_id = any($1::bigint[]) order by paid_from',
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

const playRepository = (run: Run): PlayRepository => ({
  lock: async (listeners) => {
    await run(LOCK, [listeners]);
  },
  recorded: async (ids) =>
    (await run(RECORDED, [ids])).map((row) => ({
      playId: row.play_id as PlayId,
      listenerId: row.listener_id as UserId,
      firstVerdict: row.first_verdict,
    })),
  inWindows: async (windows) => {
    const rows = await run(IN_WINDOWS, [
      windows.map(({ listenerId }) => listenerId),
      windows.map(({ from }) => isoText(from)),
      windows.map(({ until }) => isoText(until)),
    ]);
    return rows.map(fromRow);
  },
  append: async (plays) => {
    if (plays.length === 0) return [];
    const taken = await run(APPEND, [
      plays.map(({ playId }) => playId),
      plays.map(({ listenerId }) => listenerId),
      plays.map(({ trackId }) => trackId),
      plays.map(({ artistId }) => artistId),
      plays.map(({ trackDurationMs }) => trackDurationMs),
      plays.map(({ startedAt }) => isoText(startedAt)),
      plays.map(({ msPlayed }) => msPlayed),
      plays.map(({ reportedAt }) => isoText(reportedAt)),
      plays.map(({ judgment }) => judgment.verdict),
      plays.map(({ judgment }) => judgment.occupying),
      plays.map(({ judgment }) => judgment.policyVersion),
    ]);
    const takenIds = new Set(taken.map((row) => row.play_id as PlayId));
    if (takenIds.size > 0)
      await run(RELEASE_KEYS, [plays.map(({ playId }) => playId).filter((playId) => !takenIds.has(playId))]);
    return [...takenIds];
  },
  rejudge: async (changes) => {
    await run(REJUDGE, [
      changes.map(({ play }) => play.listenerId),
      changes.map(({ play }) => isoText(play.startedAt)),
      changes.map(({ play }) => play.playId),
      changes.map(({ judgment }) => judgment.verdict),
      changes.map(({ judgment }) => judgment.occupying),
      changes.map(({ judgment }) => judgment.policyVersion),
      changes.map(({ play }) => play.judgment.verdict),
    ]);
  },
  trackFacts: async (ids) =>
    (await run(TRACK_FACTS, [ids])).map((row) => ({
      trackId: row.id as TrackId,
      artistId: row.artist_id as UserId,
      durationMs: row.duration_ms,
      removedAt: row.removed_at as Instant | null,
    })),
  funding: async (listeners) =>
    (await run(FUNDING, [listeners])).map((row) => ({
      listenerId: row.user_id as UserId,
      from: row.paid_from as Instant,
      until: row.paid_until as Instant | null,
    })),
});

/**
 * Plans are kept with the connection. Made while a month is still empty they would read all of it for each listener
 * ever after, so only those by index are taken.
 */
const BEGIN = 'begin; set local enable_seqscan = off';

/** The play log's own door to the database: prepared statements on plain connections, since plays come by the thousand. */
export const postgresPlayLog = (pool: PlainPool): UnitOfWork<PlayLogStores> => ({
  run: <R extends Result<unknown, unknown>>(work: (stores: PlayLogStores) => Promise<R>): Promise<R> =>
    retrying(() =>
      pool.transaction(BEGIN, async (run) => {
        const value = await work({ plays: playRepository(run) });
        return { commit: value.ok, value };
      }),
    ),
});
