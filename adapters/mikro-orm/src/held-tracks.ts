import type { UserId } from '@backline/core/accounts';
import type { TrackId } from '@backline/core/catalog';
import { type Instant, day } from '@backline/core/kernel';
import type { HoldReader } from '@backline/core/payout';
import type { HeldTrack } from '@backline/core/playback';
import type { Connection } from './connection.ts';
import { longRead } from './long-read.ts';
import { statement } from './pool.ts';

export const HELD_TRACKS = statement<HeldTrackRow>(
  'held_tracks',
  `select h.track_id, l.started_from, l.reported_from from hold h left join late_track_hold l on l.hold_id = h.id
   where h.track_id = any($1::bigint[])
     and (select d.decision from hold_decision d where d.hold_id = h.id) is distinct from 'released'`,
);

type HeldTrackRow = {
  readonly track_id: number;
  /** Both null, or none. */
  readonly started_from: number | null;
  readonly reported_from: number | null;
};

export const sinceOf = ({
  started_from,
  reported_from,
}: Pick<HeldTrackRow, 'started_from' | 'reported_from'>): HeldTrack['since'] =>
  started_from === null || reported_from === null
    ? null
    : { startedAt: started_from as Instant, reportedAt: reported_from as Instant };

export const heldTrackOf = (row: HeldTrackRow): HeldTrack => ({
  trackId: row.track_id as TrackId,
  since: sinceOf(row),
});

const UNAPPLIED = `
select distinct p.listener_id, (p.started_at at time zone 'UTC')::date::text as day
from hold h join track t on t.id = h.track_id join play p on p.artist_id = t.artist_id and p.track_id = t.id
left join late_track_hold l on l.hold_id = h.id left join hold_decision d on d.hold_id = h.id
where ($1::bigint is null or h.track_id = $1::bigint)
  and (l.hold_id is null or p.started_at >= l.started_from or p.reported_at >= l.reported_from)
  and case when d.decision is distinct from 'released' then p.verdict = 'payable'
    else p.verdict = 'held' and not exists (
      select from hold of_day left join late_hold ld on ld.hold_id = of_day.id
      left join hold_decision dd on dd.hold_id = of_day.id
      where of_day.listener_id = p.listener_id and of_day.day = (p.started_at at time zone 'UTC')::date
        and (ld.hold_id is null or p.reported_at >= ld.reported_from) and dd.decision is distinct from 'released')
  end
order by 1, 2`;

export const unappliedDays =
  (connection: Connection): HoldReader['unapplied'] =>
  async (trackId) => {
    const rows = await longRead(connection, ({ query }) =>
      query<{ readonly listener_id: number; readonly day: string }>(UNAPPLIED, [trackId]),
    );
    return rows.map((row) => ({ listenerId: row.listener_id as UserId, day: day(row.day) }));
  };
