import type { UserId } from '../accounts/index.ts';
import type { CatalogReader, TrackId } from '../catalog/index.ts';
import type { Clock, Result } from '../kernel/index.ts';
import type { RecommenderAway } from './errors.ts';
import type { Recommendations } from './recommendation.ts';

/** No input is money. `limit` is 1..100. */
export interface Recommender {
  readonly forListener: (listenerId: UserId, limit: number) => Promise<Result<Recommendations, RecommenderAway>>;
  readonly similarTo: (trackId: TrackId, limit: number) => Promise<Result<Recommendations, RecommenderAway>>;
}

export type PopularTrack = { readonly trackId: TrackId; readonly playCount: number };

/** Counts COUNTED_VERDICTS; most played first, ties to the newer track. Removed tracks are left out. */
export interface PopularityReader {
  /** Tracks that the listener has not played yet come before those that they have, and their own come not at all. */
  readonly forListener: (listenerId: UserId, limit: number) => Promise<readonly PopularTrack[]>;
  /** Those that share more with the track (its artist, genre and tags) come first; itself not at all. */
  readonly like: (trackId: TrackId, limit: number) => Promise<readonly PopularTrack[]>;
}

export type DiscoveryPorts = {
  /** Null where the platform has no engine. */
  readonly recommender: Recommender | null;
  readonly popularity: PopularityReader;
  readonly catalog: CatalogReader;
  readonly clock: Clock;
};
