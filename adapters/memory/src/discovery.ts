import type { UserId } from '@backline/core/accounts';
import type { Track } from '@backline/core/catalog';
import type {
  Impression,
  ImpressionLog,
  LastGoodLists,
  PopularTrack,
  PopularityReader,
  TasteReader,
} from '@backline/core/discovery';
import { type Instant, MINUTE_MS } from '@backline/core/kernel';
import { countedPlaysOf } from './rollup.ts';
import type { Readable } from './state.ts';

export const popularityReader = (state: Readable): PopularityReader => ({
  forListener: async (listenerId, limit) => {
    const heard = new Set(state.plays.where('listener', listenerId).map(({ trackId }) => trackId));
    return best(state, limit, ({ artistId, id }) => (artistId === listenerId ? null : heard.has(id) ? 0 : 1));
  },
  toTasteOf: async (listenerId, limit) => {
    const played = playedBy(state, listenerId);
    const heard = new Set(played.map(({ trackId }) => trackId));
    const liked = played.slice(0, LATELY).flatMap(({ trackId }) => state.tracks.get(trackId) ?? []);
    return best(state, limit, (track) => {
      if (track.artistId === listenerId || heard.has(track.id)) return null;
      const shared = liked.reduce((sum, other) => sum + inCommon(other, track), 0);
      return shared === 0 ? null : shared;
    });
  },
  like: async (trackId, limit) => {
    const seed = state.tracks.get(trackId);
    return seed === undefined
      ? []
      : best(state, limit, (track) => (track.id === trackId ? null : inCommon(seed, track)));
  },
});

const LATELY = 200;
const RECENT = 300;

/** The newest first. */
const playedBy = ({ plays }: Readable, listenerId: UserId) =>
  plays.where('listener', listenerId).toSorted((a, b) => b.startedAt - a.startedAt || (a.playId < b.playId ? 1 : -1));

export const tasteReader = (state: Readable): TasteReader => ({
  tasteOf: async (listenerId) => {
    const played = playedBy(state, listenerId);
    const own = state.tracks.where('artist', listenerId).map(({ id }) => id);
    return {
      recent: played.slice(0, RECENT).map(({ trackId, startedAt, msPlayed }) => ({ trackId, startedAt, msPlayed })),
      known: [...new Set([...played.map(({ trackId }) => trackId), ...own])],
    };
  },
});

const REPLACED_AFTER_MS = 10 * MINUTE_MS;

export const memoryLastGoodLists = (): LastGoodLists => {
  const lists = new Map<UserId, NonNullable<Awaited<ReturnType<LastGoodLists['find']>>>>();
  return {
    save: async (listenerId, list, at) => {
      const kept = lists.get(listenerId);
      const isFresh = kept !== undefined && at - kept.savedAt <= REPLACED_AFTER_MS;
      if (!isFresh || kept.list.model.version !== list.model.version) lists.set(listenerId, { list, savedAt: at });
    },
    find: async (listenerId) => lists.get(listenerId) ?? null,
    removeOf: async (listenerId) => void lists.delete(listenerId),
  };
};

export const memoryImpressions = (): ImpressionLog => {
  let log: readonly Impression[] = [];
  const keep = (isKept: (impression: Impression) => boolean): number => {
    const before = log.length;
    log = log.filter(isKept);
    return before - log.length;
  };
  return {
    append: async (impression) => {
      log = [impression, ...log];
    },
    latest: async (limit) => log.slice(0, limit),
    removeOf: async (listenerId) => void keep((impression) => impression.listenerId !== listenerId),
    removeBefore: async (at: Instant) => keep((impression) => impression.at >= at),
  };
};

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
