import type { TrackId } from '../catalog/index.ts';
import type { Instant } from '../kernel/index.ts';

export type Reason =
  | { readonly kind: 'because-you-played' | 'sounds-like'; readonly trackId: TrackId }
  | { readonly kind: 'fans-like-you' | 'new-and-rising' | 'popular' };

export type Recommendation = {
  readonly trackId: TrackId;
  /** Comparable within one answer only; higher is better. */
  readonly score: number;
  readonly reason: Reason;
};

export type ModelSource = 'engine' | 'popularity';

export type Recommendations = {
  /** Best first. */
  readonly items: readonly Recommendation[];
  readonly model: { readonly version: string; readonly trainedAt: Instant; readonly source: ModelSource };
};
