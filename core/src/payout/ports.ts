import type { UserId } from '../accounts/index.ts';
import type { TrackId } from '../catalog/index.ts';
import type { BadCursor, Clock, Month, Page, PageRequest, Result, UnitOfWork } from '../kernel/index.ts';
import type { PlayId, Verdict } from '../playback/index.ts';
import type { Instant } from '../kernel/index.ts';
import type { MonthlyPlays } from './accrual.ts';
import type { RateVersion } from './rate.ts';

export interface RateRepository {
  /** All versions, locked against additions until the transaction ends; ordered by `effectiveFrom`. */
  readonly all: () => Promise<readonly RateVersion[]>;
  /** Appends; there is no other change. */
  readonly append: (rate: Omit<RateVersion, 'id'>) => Promise<RateVersion>;
}

export interface RollupRepository {
  /**
   * Moves the rollups forward over what was committed since the last time, each play and each changed
   * verdict counted once. How many of them; 0 when up to date, or when another worker is at it.
   */
  readonly advance: () => Promise<number>;
}

export type PayoutStores = { readonly rates: RateRepository; readonly rollup: RollupRepository };

export type JudgedPlayView = {
  readonly playId: PlayId;
  readonly trackId: TrackId;
  readonly title: string;
  readonly startedAt: Instant;
  readonly msPlayed: number;
  readonly verdict: Verdict;
};

/** Reads for screens; never locks. Counts are exact at any time: the rollup and what it has not reached yet. */
export interface PayoutReader {
  readonly rates: () => Promise<readonly RateVersion[]>;
  /** Months without payable plays may be left out. */
  readonly payablePlaysOf: (artistId: UserId) => Promise<readonly MonthlyPlays[]>;
  /** Newest first; never says who listened. Plays of other artists' tracks are not found. */
  readonly playsOfArtist: (
    artistId: UserId,
    filter: { readonly month?: Month; readonly trackId?: TrackId },
    page: PageRequest,
  ) => Promise<Result<Page<JudgedPlayView>, BadCursor>>;
}

export type PayoutPorts = {
  readonly uow: UnitOfWork<PayoutStores>;
  readonly payouts: PayoutReader;
  readonly clock: Clock;
};
