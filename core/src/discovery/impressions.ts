import type { UserId } from '../accounts/index.ts';
import type { Instant } from '../kernel/index.ts';
import type { Rung, ShownRecommendations } from './recommendation.ts';

export type Surface = 'for-you' | 'similar' | 'radio';

/** One answer as it was shown, so that models can be compared later. */
export type Impression = {
  readonly listenerId: UserId;
  readonly surface: Surface;
  readonly at: Instant;
  readonly modelVersion: string;
  readonly rung: Rung;
  /** In the order in which they were shown. */
  readonly items: readonly Pick<ShownRecommendations['items'][number], 'trackId' | 'source' | 'propensity'>[];
};

export interface ImpressionLog {
  readonly append: (impression: Impression) => Promise<void>;
  /** The latest first. */
  readonly latest: (limit: number) => Promise<readonly Impression[]>;
  readonly removeOf: (listenerId: UserId) => Promise<void>;
  /** How many were. */
  readonly removeBefore: (at: Instant) => Promise<number>;
}
