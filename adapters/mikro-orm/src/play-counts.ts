import type { UserId } from '@backline/core/accounts';
import type { TrackId } from '@backline/core/catalog';
import { type Month, err, invariant, isoText, month, monthStart, ok, shiftMonth } from '@backline/core/kernel';
import type { CountedPlays, PlayCountReader } from '@backline/core/payout';
import type { Verdict } from '@backline/core/playback';
import type { Connection } from './connection.ts';
import { longRead } from './long-read.ts';
import { firstOf } from './periods.ts';

/**
 * What the transaction that began the closing, and the one before it, divide the log at. Settled once no transaction
 * from before it is open any more: whatever they recorded is then visible, and nothing will be added to it.
 */
const BOUNDS = `
select coalesce((select max(closing_xid::text::bigint) from period where month < $1), 0) as since,
       closing_xid::text::bigint as until,
       pg_snapshot_xmin(pg_current_snapshot()) > closing_xid as settled,
       exists (select from verdict_change
               where recorded_xid >= closing_xid::text::bigint and started_at < $1::date + interval '1 month') as rejudged
from period where month = $1 and closing_xid is not null`;

type Bounds = {
  readonly since: number;
  readonly until: number;
  readonly settled: boolean;
  /** Whether plays have got another verdict after the closing began, which is then not counted. */
  readonly rejudged: boolean;
};

const MOVED = `lateral (values (from_verdict, 1), (to_verdict, -1)) as undone (verdict, added)`;

/** $1 and $2 bound the month in time, $3 and $4 the log; $5 is the month's name, $6 the listener where there is one. */
const changesUndone = (of: string): string => `
  select p.listener_id, p.artist_id, p.track_id, undone.verdict, p.started_at, undone.added
  from verdict_change c join play p using (listener_id, started_at, play_id), ${MOVED}
  where c.recorded_xid >= $4 and p.recorded_xid < $4 and ${of}`;

const ofTheMonth = (rejudged: boolean, whose: string): string => `
select listener_id, artist_id, track_id, verdict, $5::text, 'never', sum(added)::int
from (
  select listener_id, artist_id, track_id, verdict, started_at, 1 as added from play
  where started_at >= $1 and started_at < $2 and recorded_xid < $4 and ${whose}
  ${rejudged ? `union all ${changesUndone(`p.started_at >= $1 and p.started_at < $2 and ${whose}`)}` : ''}
) as counted
group by 1, 2, 3, 4 having sum(added) <> 0`;

const tooLate = (whose: string): string => `
select listener_id, artist_id, track_id, verdict, to_char(started_at, 'YYYY-MM'), 'never', sum(added)::int
from (
  select listener_id, artist_id, track_id, verdict, started_at, 1 as added from play
  where started_at < $1 and recorded_xid >= $3 and recorded_xid < $4 and ${whose}
  union all ${changesUndone(`p.started_at < $1 and p.recorded_xid >= $3 and ${whose}`)}
) as counted
group by 1, 2, 3, 4, 5 having sum(added) <> 0`;

const countedBefore = (whose: string): string => `
select p.listener_id, p.artist_id, p.track_id, undone.verdict, to_char(p.started_at, 'YYYY-MM'), 'before',
  -sum(undone.added)::int
from verdict_change c join play p using (listener_id, started_at, play_id), ${MOVED}
where c.recorded_xid >= $3 and c.recorded_xid < $4 and p.started_at < $1 and p.recorded_xid < $3 and ${whose}
group by 1, 2, 3, 4, 5 having sum(undone.added) <> 0`;

const carried = (whose: string): string => `
select listener_id, artist_id, track_id, 'payable'::play_verdict, to_char(month, 'YYYY-MM'), 'carried', -plays
from (
  select distinct on (listener_id, track_id, month) * from close_lost_plays
  where period < ($5 || '-01')::date and ${whose} order by listener_id, track_id, month, period desc
) as lost
where plays <> 0`;

type Columns = [
  listener: number,
  artist: number,
  track: number,
  verdict: Verdict,
  playedIn: string,
  counted: CountedPlays['counted'],
  plays: number,
];

export const playCountReader = (connection: Connection): PlayCountReader => ({
  eachOf: (period, take, listenerId) =>
    longRead(connection, async ({ query, inParts }) => {
      const [bounds] = await query<Bounds>(BOUNDS, [firstOf(period)]);
      invariant(bounds !== undefined, `${period} is not closing`);
      if (!bounds.settled) return err({ code: 'counts_unsettled' });

      const whose = listenerId === undefined ? 'true' : 'listener_id = $6';
      const months = new Map<string, Month>();
      const monthOf = (text: string): Month => {
        const known = months.get(text) ?? month(text);
        months.set(text, known);
        return known;
      };
      await inParts<Columns>(
        [ofTheMonth(bounds.rejudged, whose), tooLate(whose), countedBefore(whose), carried(whose)].join(' union all '),
        [
          isoText(monthStart(period)),
          isoText(monthStart(shiftMonth(period, 1))),
          bounds.since,
          bounds.until,
          period,
          ...(listenerId === undefined ? [] : [listenerId]),
        ],
        (rows) => take(rows.map((row) => fromColumns(row, monthOf))),
      );
      return ok(null);
    }),
});

const fromColumns = (
  [listener, artist, track, verdict, playedIn, counted, plays]: Columns,
  monthOf: (text: string) => Month,
): CountedPlays => ({
  listenerId: listener as UserId,
  artistId: artist as UserId,
  trackId: track as TrackId,
  verdict,
  playedIn: monthOf(playedIn),
  counted,
  plays,
});
