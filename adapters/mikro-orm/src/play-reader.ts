import type { TrackId } from '@backline/core/catalog';
import { type Instant, isoText, ok } from '@backline/core/kernel';
import type { PlayId, PlayReader, Verdict } from '@backline/core/playback';
import { pageOf, readCursor, writeCursor } from './cursor.ts';
import { type PlainPool, statement } from './pool.ts';
import { tailOf } from './rollup.ts';

type PlayViewRow = {
  play_id: string;
  track_id: number;
  title: string;
  display_name: string | null;
  started_at: number;
  ms_played: number;
  verdict: Verdict;
};

const PLAYS = statement<PlayViewRow>(
  'plays_of',
  `select p.play_id, p.track_id, t.title, u.display_name, p.started_at, p.ms_played, p.verdict
   from play p join track t on t.id = p.track_id join users u on u.id = p.artist_id
   where p.listener_id = $1 and (p.started_at, p.play_id) < ($2::timestamptz, $3::uuid)
   order by p.started_at desc, p.play_id desc limit $4`,
);

const PLAY_COUNT = statement<{ plays: number }>(
  'play_count',
  `select (coalesce((select plays from listener_plays where listener_id = $1), 0)
     + coalesce((select sum(reported) from (${tailOf('listener_id = $1')}) as tail), 0))::bigint as plays`,
);

/** Before every cursor: no play starts later. */
const END_OF_TIME = '9999-12-31T00:00:00.000Z';
const GREATEST_UUID = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

export const playReader = (pool: PlainPool): PlayReader => ({
  playsOf: async (listenerId, page) => {
    const after = readCursor('plays', ['instant', 'uuid'], page.after);
    if (!after.ok) return after;
    const rows = await pool.query(PLAYS, [listenerId, ...playPosition(after.value), page.limit + 1]);
    return ok(
      pageOf(
        rows,
        page,
        (row) => ({
          playId: row.play_id as PlayId,
          trackId: row.track_id as TrackId,
          title: row.title,
          artistName: row.display_name,
          startedAt: row.started_at as Instant,
          msPlayed: row.ms_played,
          verdict: row.verdict,
        }),
        (row) => writeCursor('plays', [row.started_at, row.play_id]),
      ),
    );
  },
  playCountOf: async (listenerId) => (await pool.query(PLAY_COUNT, [listenerId]))[0]?.plays ?? 0,
});

/** Where a newest-first list of plays goes on: start and id of the last play shown. */
export const playPosition = (after: readonly (string | number)[] | null): readonly [string, string] => {
  const [startedAt, playId] = after ?? [];
  return typeof startedAt === 'number' && typeof playId === 'string'
    ? [isoText(startedAt as Instant), playId]
    : [END_OF_TIME, GREATEST_UUID];
};
