import type { Track } from '@backline/core/catalog';
import type { PopularTrack, PopularityReader } from '@backline/core/discovery';
import { countedPlaysOf } from './rollup.ts';
import type { Readable } from './state.ts';

export const popularityReader = (state: Readable): PopularityReader => ({
  forListener: async (listenerId, limit) => {
    const heard = new Set(state.plays.where('listener', listenerId).map(({ trackId }) => trackId));
    return best(state, limit, ({ artistId, id }) => (artistId === listenerId ? null : heard.has(id) ? 0 : 1));
  },
  like: async (trackId, limit) => {
    const seed = state.tracks.get(trackId);
    return seed === undefined
      ? []
      : best(state, limit, (track) => (track.id === trackId ? null : inCommon(seed, track)));
  },
});

/** The highest ranked first, then the most played, then the newest; a null rank is left out. */
const best = (state: Readable, limit: number, rankOf: (track: Track) => number | null): readonly PopularTrack[] =>
  state.tracks
    .all()
    .flatMap((track) => {
      const rank = track.removedAt === null ? rankOf(track) : null;
      return rank === null ? [] : [{ rank, trackId: track.id, playCount: countedPlaysOf(state, track.id) }];
    })
    .sort((a, b) => b.rank - a.rank || b.playCount - a.playCount || b.trackId - a.trackId)
    .slice(0, limit)
    .map(({ trackId, playCount }) => ({ trackId, playCount }));

const inCommon = (a: Track, b: Track): number =>
  Number(a.artistId === b.artistId) +
  Number(a.genre !== null && a.genre.toLowerCase() === b.genre?.toLowerCase()) +
  b.tags.filter((tag) => a.tags.includes(tag)).length;
