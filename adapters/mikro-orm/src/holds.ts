import type { UserId } from '@backline/core/accounts';
import { type Instant, day, invariant, isoText } from '@backline/core/kernel';
import type {
  HoldDecision,
  HoldId,
  HoldReader,
  HoldReason,
  HoldRepository,
  RaisedDayHold,
  RaisedHold,
  RaisedTrackHold,
} from '@backline/core/payout';
import type { TrackId } from '@backline/core/catalog';
import type { Connection } from './connection.ts';
import { sinceOf, unappliedDays } from './held-tracks.ts';
import { longRead } from './long-read.ts';
import { type PlainPool, type Run, statement } from './pool.ts';

/** The month is locked, so that its close counts either all or nothing of what the hold does. */
const RAISE = statement<{ reported_from: number | null }>(
  'hold_raise',
  `with month as materialized (
     select status, closed_at from period where month = date_trunc('month', $3::timestamp)::date for share
   ), raised as (
     insert into hold (id, listener_id, day, reason, policy_version, raised_at)
     select $1::uuid, $2::bigint, $3::date, $4::jsonb, $5::smallint, $6::timestamptz
     where not exists (select from month where status = 'closing')
     on conflict (listener_id, day) do nothing returning id
   ), late as (
     insert into late_hold (hold_id, reported_from)
     select id, closed_at from raised, month where closed_at is not null returning reported_from
   )
   select (select reported_from from late) as reported_from from raised`,
);

/** All months are locked, as above. */
const RAISE_ON_TRACK = statement<RaisedOnTrackRow>(
  'hold_raise_on_track',
  `with months as materialized (
     select month, status, closed_at from period order by month for share
   ), raised as (
     insert into hold (id, track_id, reason, policy_version, raised_at)
     select $1::uuid, $2::bigint, $3::jsonb, $4::smallint, $5::timestamptz
     where not exists (select from months where status = 'closing')
     on conflict (track_id) do nothing returning id
   ), late as (
     insert into late_track_hold (hold_id, started_from, reported_from)
     select id, (month + interval '1 month')::timestamptz, closed_at
     from raised, (select month, closed_at from months where status = 'closed' order by month desc limit 1) as counted
     returning started_from, reported_from
   )
   select exists (select from raised) as is_raised, exists (select from hold where track_id = $2::bigint) as is_known,
     exists (select from months where status = 'closing') as is_closing,
     (select started_from from late) as started_from, (select reported_from from late) as reported_from`,
);

type RaisedOnTrackRow = {
  readonly is_raised: boolean;
  readonly is_known: boolean;
  readonly is_closing: boolean;
  readonly started_from: number | null;
  readonly reported_from: number | null;
};

const COLUMNS = `h.id, h.listener_id, h.day::text as day, h.track_id, h.reason, h.policy_version, h.raised_at,
  coalesce(l.reported_from, t.reported_from) as reported_from, t.started_from, d.decision, d.decided_by, d.decided_at`;

const SOURCE = `hold h left join hold_decision d on d.hold_id = h.id left join late_hold l on l.hold_id = h.id
  left join late_track_hold t on t.hold_id = h.id`;

const FIND = statement<HoldRow>('hold_find', `select ${COLUMNS} from ${SOURCE} where h.id = $1::uuid`);

const OF_TRACK = statement<HoldRow>('hold_of_track', `select ${COLUMNS} from ${SOURCE} where h.track_id = $1::bigint`);

const DECIDE = statement<{ hold_id: string }>(
  'hold_decide',
  `insert into hold_decision (hold_id, decision, decided_by, decided_at)
   select id, $2, $3, $4::timestamptz from hold where id = $1::uuid
   on conflict (hold_id) do nothing returning hold_id`,
);

const LIST = statement<HoldRow>(
  'holds',
  `select ${COLUMNS} from ${SOURCE} where d.hold_id is null or not $1
   order by h.raised_at desc, h.id desc limit $2`,
);

/** Days first and their artists then: of millions of days a few are busy. */
const BUSY_DAYS = `
with busy as materialized (
  select listener_id, (started_at at time zone 'UTC')::date as day
  from play where started_at >= $1 and verdict in ('payable', 'held')
  group by 1, 2 having count(*) > $2
)
select b.listener_id, b.day::text as day, p.artist_id, count(*)::int as plays
from busy b join play p on p.listener_id = b.listener_id
  and p.started_at >= b.day::timestamptz and p.started_at < b.day::timestamptz + interval '24 hours'
where p.started_at >= $1 and p.verdict in ('payable', 'held')
  and not exists (select from hold h where h.listener_id = b.listener_id and h.day = b.day)
group by 1, 2, 3 order by 1, 2, 3`;

type HoldRow = {
  readonly id: string;
  /** These two, or the next, and null the others. */
  readonly listener_id: number;
  readonly day: string;
  readonly track_id: number | null;
  readonly reason: HoldReason;
  readonly policy_version: number;
  readonly raised_at: number;
  readonly reported_from: number | null;
  readonly started_from: number | null;
  readonly decision: HoldDecision['decision'] | null;
  readonly decided_by: string;
  readonly decided_at: number;
};

type BusyRow = {
  readonly listener_id: number;
  readonly day: string;
  readonly artist_id: number;
  readonly plays: number;
};

export const holdRepository = (run: Run): HoldRepository => ({
  raise: async (hold, id, raisedAt) => {
    const [row] = await run(RAISE, [
      id,
      hold.scope.listenerId,
      hold.scope.day,
      JSON.stringify(hold.reason),
      hold.policyVersion,
      isoText(raisedAt),
    ]);
    return row === undefined ? null : { ...hold, id, raisedAt, reportedFrom: row.reported_from as Instant | null };
  },
  raiseOnTrack: async (hold, id, raisedAt) => {
    const { scope, reason, policyVersion } = hold;
    const values = [id, scope.trackId, JSON.stringify(reason), policyVersion, isoText(raisedAt)];
    const [row] = await run(RAISE_ON_TRACK, values);
    invariant(row !== undefined, 'the statement tells of one row');
    if (row.is_raised) return { ...hold, id, raisedAt, since: sinceOf(row) };
    return row.is_closing && !row.is_known ? 'closing' : 'known';
  },
  find: async (id) => {
    const [row] = await run(FIND, [id]);
    return row === undefined ? null : fromRow(row);
  },
  decide: async (id, { decision, by, at }) => (await run(DECIDE, [id, decision, by, isoText(at)])).length > 0,
});

export const holdReader = (connection: Connection, pool: PlainPool): HoldReader => ({
  busyDays: async (from, moreThan) => {
    const rows = await longRead(connection, ({ query }) => query<BusyRow>(BUSY_DAYS, [isoText(from), moreThan]));
    return [...Map.groupBy(rows, (row) => `${row.listener_id} ${row.day}`).values()].flatMap((ofDay) =>
      ofDay.slice(0, 1).map((first) => ({
        listenerId: first.listener_id as UserId,
        day: day(first.day),
        byArtist: ofDay.map(({ artist_id, plays }) => ({ artistId: artist_id as UserId, plays })),
      })),
    );
  },
  holds: async ({ undecided }, limit) => (await pool.query(LIST, [undecided, limit])).map(fromRow),
  ofTrack: async (trackId) => {
    const [row] = await pool.query(OF_TRACK, [trackId]);
    return row === undefined ? null : onTrack(row, trackId);
  },
  unapplied: unappliedDays(connection),
});

const fromRow = (row: HoldRow): RaisedHold =>
  row.track_id === null ? onDay(row) : onTrack(row, row.track_id as TrackId);

const onDay = (row: HoldRow): RaisedDayHold => ({
  ...inCommon(row),
  scope: { of: 'listening-day', listenerId: row.listener_id as UserId, day: day(row.day) },
  reportedFrom: row.reported_from as Instant | null,
});

const onTrack = (row: HoldRow, trackId: TrackId): RaisedTrackHold => {
  const { reason } = row;
  invariant(reason.code === 'same-recording', 'a track is held for its recording');
  return { ...inCommon(row), reason, scope: { of: 'track', trackId }, since: sinceOf(row) };
};

const inCommon = (row: HoldRow): Omit<RaisedHold, 'scope' | 'since' | 'reportedFrom'> => ({
  id: row.id as HoldId,
  reason: row.reason,
  policyVersion: row.policy_version,
  raisedAt: row.raised_at as Instant,
  decided: row.decision === null ? null : { decision: row.decision, by: row.decided_by, at: row.decided_at as Instant },
});
