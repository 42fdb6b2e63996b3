import type { UserId } from '@backline/core/accounts';
import type { MediaKey, TrackId } from '@backline/core/catalog';
import type { TrainingReader } from '@backline/core/discovery';
import { DAY_MS, HOUR_MS, type Instant, before, day, dayStart, instant, isoText, after } from '@backline/core/kernel';
import type { Connection } from './connection.ts';
import { longRead } from './long-read.ts';

const ALL_DAYS = `select distinct (started_at at time zone 'UTC')::date::text as day from play order by 1`;

/** $1 is a position in the log, $2 a time. */
const CHANGED_DAYS = `
select distinct (started_at at time zone 'UTC')::date::text as day from (
  select started_at from play where recorded_xid >= $1
  union all
  select p.started_at from hold h left join hold_decision d on d.hold_id = h.id
    join play p on p.listener_id = h.listener_id
  where greatest(h.raised_at, d.decided_at) >= $2::timestamptz
  union all
  select p.started_at from hold h left join hold_decision d on d.hold_id = h.id
    join track t on t.id = h.track_id join play p on p.artist_id = t.artist_id and p.track_id = t.id
  where greatest(h.raised_at, d.decided_at) >= $2::timestamptz
  union all
  select p.started_at from users u join play p on p.listener_id = u.id where u.erased_at >= $2::timestamptz
) as changed order by 1`;

const PLAYS = `
select p.listener_id, p.track_id, p.artist_id, p.started_at, p.ms_played,
  case when p.verdict = 'held' or suspect.listener_id is not null then 0.1 else 1 end::float8
from play p join users u on u.id = p.listener_id and u.erased_at is null
left join (
  select distinct h.listener_id from hold h left join hold_decision d on d.hold_id = h.id
  where h.listener_id is not null and d.decision is distinct from 'released'
) as suspect on suspect.listener_id = p.listener_id
where p.started_at >= $1::timestamptz and p.started_at < $2::timestamptz
  and p.verdict not in ('self-play', 'overlapping')`;

const TRACKS = `
select t.id, t.artist_id, t.tags, t.genre, t.released_on::text, t.duration_ms, r.media_key
from track t left join rendition r on r.track_id = t.id and r.name = 'preview-opus' and r.kept
where t.removed_at is null and t.status <> 'processing' order by t.id`;

type PlayRow = [listener: number, track: number, artist: number, startedAt: number, msPlayed: number, trust: number];
type TrackRow = [
  id: number,
  artist: number,
  tags: string[],
  genre: string | null,
  releasedOn: string | null,
  durationMs: number,
  preview: string | null,
];

/** What a clock of another process may be behind. */
const SLACK_MS = HOUR_MS;

export const trainingReader = (connection: Connection): TrainingReader => ({
  changedDays: (since, now) =>
    longRead(connection, async ({ query }) => {
      const [row] = await query<{ horizon: number }>(
        'select pg_snapshot_xmin(pg_current_snapshot())::text::bigint as horizon',
      );
      const rows =
        since === null
          ? await query<{ day: string }>(ALL_DAYS)
          : await query<{ day: string }>(CHANGED_DAYS, [since.logPosition, isoText(before(since.at, SLACK_MS))]);
      return { days: rows.map((found) => day(found.day)), mark: { logPosition: row?.horizon ?? 0, at: now } };
    }),
  plays: (of, take) =>
    longRead(connection, ({ inParts }) => {
      const start = dayStart(instant(Date.parse(of)));
      return inParts<PlayRow>(PLAYS, [isoText(start), isoText(after(start, DAY_MS))], (rows) =>
        take(
          rows.map(([listenerId, trackId, artistId, startedAt, msPlayed, trust]) => ({
            listenerId: listenerId as UserId,
            trackId: trackId as TrackId,
            artistId: artistId as UserId,
            startedAt: startedAt as Instant,
            msPlayed,
            trust,
          })),
        ),
      );
    }),
  tracks: (take) =>
    longRead(connection, ({ inParts }) =>
      inParts<TrackRow>(TRACKS, [], (rows) =>
        take(
          rows.map(([id, artistId, tags, genre, releasedOn, durationMs, preview]) => ({
            trackId: id as TrackId,
            artistId: artistId as UserId,
            tags,
            genre,
            releasedOn: releasedOn === null ? null : day(releasedOn),
            durationMs,
            preview: preview as MediaKey | null,
          })),
        ),
      ),
    ),
});
