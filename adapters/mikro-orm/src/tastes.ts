import type { TrackId } from '@backline/core/catalog';
import type { TasteReader } from '@backline/core/discovery';
import type { Instant } from '@backline/core/kernel';
import { type PlainPool, statement } from './pool.ts';

/** What was played before says little that these do not. */
const RECENT = 300;

const LATELY = statement<{ track_id: number; started_at: number; ms_played: number }>(
  'taste_recent',
  `select track_id, started_at, ms_played from play where listener_id = $1 order by started_at desc, play_id desc
   limit ${RECENT}`,
);

const KNOWN = statement<{ track_id: number }>(
  'taste_known',
  `select distinct track_id from play where listener_id = $1 union select id from track where artist_id = $1`,
);

export const tasteReader = (pool: PlainPool): TasteReader => ({
  tasteOf: async (listenerId) => {
    const [recent, known] = await Promise.all([pool.query(LATELY, [listenerId]), pool.query(KNOWN, [listenerId])]);
    return {
      recent: recent.map((row) => ({
        trackId: row.track_id as TrackId,
        startedAt: row.started_at as Instant,
        msPlayed: row.ms_played,
      })),
      known: known.map(({ track_id }) => track_id as TrackId),
    };
  },
});
