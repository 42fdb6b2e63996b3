import type { TrackId, TrackView } from '../catalog/index.ts';
import type { Instant } from '../kernel/index.ts';

export type Reason =
  | { readonly kind: 'because-you-played' | 'sounds-like'; readonly trackId: TrackId }
  | { readonly kind: 'fans-like-you' | 'new-and-rising' | 'popular' };

/** Which candidates of a model's a track came from. */
export type CandidateSource = 'ranker' | 'content' | 'recent' | 'explore' | 'neighbours' | 'popular' | 'editorial';

export type Recommendation = {
  readonly trackId: TrackId;
  /** Comparable within one answer only; higher is better. */
  readonly score: number;
  readonly reason: Reason;
  readonly source: CandidateSource;
  /** How likely it was to stand at this place, those before it given, had chance fallen differently; 0 to 1. */
  readonly propensity: number;
};

export type Model = { readonly version: string; readonly trainedAt: Instant };

export type Recommendations = {
  /** Best first. */
  readonly items: readonly Recommendation[];
  readonly model: Model;
};

/**
 * Where an answer comes from, the better ones first:
 * - `engine`: the engine, now
 * - `last-good`: what the engine said to the listener within a day
 * - `neighbours`: in this process, from what the engine exported
 * - `taste`: what is played lately and shares tags, genre or artist with what the listener plays
 * - `editorial`: the operator's list
 * - `popular`: what is played most
 */
export type Rung = 'engine' | 'last-good' | 'neighbours' | 'taste' | 'editorial' | 'popular';

/** A recommendation of a track that there is. */
export type ShownRecommendation = Recommendation & { readonly track: TrackView };

export type ShownRecommendations = {
  readonly items: readonly ShownRecommendation[];
  readonly model: Model;
  readonly rung: Rung;
};
