import type { UserId } from '../accounts/index.ts';
import type { CatalogReader, TrackId } from '../catalog/index.ts';
import type { Clock, Instant, Result } from '../kernel/index.ts';
import type { RecommenderAway, UnknownToModel } from './errors.ts';
import type { ImpressionLog } from './impressions.ts';
import type { Recommendations } from './recommendation.ts';
import type { TrainingPorts } from './training.ts';

export type RecentPlay = { readonly trackId: TrackId; readonly startedAt: Instant; readonly msPlayed: number };

/** What was played, not by whom. Tracks that were played are never answered. `limit` is 1..100. */
export type ForYou = {
  readonly recent: readonly RecentPlay[];
  readonly exclude: readonly TrackId[];
  readonly limit: number;
  /** Answers are the same for the same question, seed and model. */
  readonly seed: number;
};

export type Similar = { readonly trackId: TrackId; readonly exclude: readonly TrackId[]; readonly limit: number };

/** A station that began with one track; `played` is what it has played since, the oldest first. */
export type RadioNext = {
  readonly seedTrackId: TrackId;
  readonly played: readonly TrackId[];
  readonly limit: number;
  readonly seed: number;
};

type Answer<E> = Promise<Result<Recommendations, E>>;

/** No input is money, and none names a listener. What is answered may be gone from the catalogue. */
export interface Recommender {
  readonly forYou: (asked: ForYou) => Answer<RecommenderAway>;
  readonly similar: (asked: Similar) => Answer<RecommenderAway | UnknownToModel>;
  readonly radioNext: (asked: RadioNext) => Answer<RecommenderAway | UnknownToModel>;
}

/** What is known of a listener's taste. */
export type Taste = {
  /** The newest first; so many that more would say little. */
  readonly recent: readonly RecentPlay[];
  /** All tracks that they ever played, and their own. */
  readonly known: readonly TrackId[];
};

export interface TasteReader {
  readonly tasteOf: (listenerId: UserId) => Promise<Taste>;
}

export type PopularTrack = { readonly trackId: TrackId; readonly playCount: number };

/** Counts COUNTED_VERDICTS; most played first, ties to the newer track. Removed tracks are left out. */
export interface PopularityReader {
  /** Tracks that the listener has not played yet come before those that they have, and their own come not at all. */
  readonly forListener: (listenerId: UserId, limit: number) => Promise<readonly PopularTrack[]>;
  /**
   * Those that share an artist, a tag or the genre with what the listener played last, that they have not played and that
   * are not their own; more of it and more plays of late come first, and of equals those with fewer plays in all.
   */
  readonly toTasteOf: (listenerId: UserId, limit: number) => Promise<readonly PopularTrack[]>;
  /** Those that share more with the track (its artist, genre and tags) come first; itself not at all. */
  readonly like: (trackId: TrackId, limit: number) => Promise<readonly PopularTrack[]>;
}

/** What the engine said last to a listener, for when it is away. */
export interface LastGoodLists {
  /** Replaces what is older than ten minutes or of another model. */
  readonly save: (listenerId: UserId, list: Recommendations, at: Instant) => Promise<void>;
  readonly find: (listenerId: UserId) => Promise<{ readonly list: Recommendations; readonly savedAt: Instant } | null>;
  readonly removeOf: (listenerId: UserId) => Promise<void>;
}

export type DiscoveryPorts = TrainingPorts & {
  /** Null where the platform has no engine. */
  readonly recommender: Recommender | null;
  /** From what the engine exported, in this process; null where there is nothing of it. */
  readonly neighbours: Recommender | null;
  readonly lastGood: LastGoodLists;
  readonly tastes: TasteReader;
  readonly popularity: PopularityReader;
  /** The operator's own choice, the best first. */
  readonly editorial: readonly TrackId[];
  readonly impressions: ImpressionLog;
  readonly catalog: CatalogReader;
  readonly clock: Clock;
};
