import type { SqlEntityManager } from '@mikro-orm/sql';
import type { TrackId } from '@backline/core/catalog';
import { type Instant, isoText, monthStart, ok, shiftMonth } from '@backline/core/kernel';
import type { HoldReason, PayoutReader } from '@backline/core/payout';
import type { PlayId, Verdict } from '@backline/core/playback';
import { pageOf, readCursor, writeCursor } from './cursor.ts';
import { translate } from './failures.ts';
import { playPosition } from './play-reader.ts';
import { type PlainPool, statement } from './pool.ts';
import { allRates } from './rates.ts';
import { standingOf } from './standing.ts';

type ArtistPlayRow = {
  play_id: string;
  track_id: number;
  title: string;
  started_at: number;
  ms_played: number;
  verdict: Verdict;
  held_for: HoldReason | null;
  refused: boolean;
};

const artistPlays = (name: string, filter: string) =>
  statement<ArtistPlayRow>(
    name,
    `select p.play_id, p.track_id, t.title, p.started_at, p.ms_played, p.verdict, h.reason as held_for, coalesce(h.refused, false) as refused
     from play p join track t on t.id = p.track_id
     left join lateral (
       select reason, d.decision = 'refused' as refused from hold left join hold_decision d on d.hold_id = hold.id
       where p.verdict = 'held' and (track_id = p.track_id
         or listener_id = p.listener_id and day = (p.started_at at time zone 'UTC')::date)
       order by d.decision is not distinct from 'released', track_id is null limit 1
     ) h on true
     where p.artist_id = $1 and (p.started_at, p.play_id) < ($2::timestamptz, $3::uuid)
       and p.started_at >= $4::timestamptz and p.started_at < $5::timestamptz and ($6::bigint is null or true) ${filter}
     order by p.started_at desc, p.play_id desc limit $7`,
  );

const ALL_PLAYS = artistPlays('artist_plays', '');
const PLAYS_OF_TRACK = artistPlays('artist_plays_of_track', 'and p.track_id = $6');

const BEGINNING = '0001-01-01T00:00:00.000Z';
const END = '9999-12-31T00:00:00.000Z';

export const payoutReader = (pool: PlainPool, em: SqlEntityManager): PayoutReader => ({
  rates: async () => {
    try {
      return await allRates(em.fork());
    } catch (cause) {
      throw translate(cause);
    }
  },
  standingOf: (artistId, currency) => standingOf(pool, artistId, currency),
  playsOfArtist: async (artistId, filter, page) => {
    const after = readCursor('artist-plays', ['instant', 'uuid'], page.after);
    if (!after.ok) return after;
    const rows = await pool.query(filter.trackId === undefined ? ALL_PLAYS : PLAYS_OF_TRACK, [
      artistId,
      ...playPosition(after.value),
      filter.month === undefined ? BEGINNING : isoText(monthStart(filter.month)),
      filter.month === undefined ? END : isoText(monthStart(shiftMonth(filter.month, 1))),
      filter.trackId ?? null,
      page.limit + 1,
    ]);
    return ok(
      pageOf(
        rows,
        page,
        (row) => ({
          playId: row.play_id as PlayId,
          trackId: row.track_id as TrackId,
          title: row.title,
          startedAt: row.started_at as Instant,
          msPlayed: row.ms_played,
          verdict: row.verdict,
          hold: row.held_for === null ? null : { reason: row.held_for, refused: row.refused },
        }),
        (row) => writeCursor('artist-plays', [row.started_at, row.play_id]),
      ),
    );
  },
});
