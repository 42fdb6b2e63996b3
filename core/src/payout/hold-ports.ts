import type { UserId } from '../accounts/index.ts';
import type { TrackId } from '../catalog/index.ts';
import type { Day, Instant } from '../kernel/index.ts';
import type { PlayLogStores } from '../playback/index.ts';
import type {
  DayHold,
  HoldDecision,
  HoldId,
  ListeningDay,
  RaisedDayHold,
  RaisedHold,
  RaisedTrackHold,
  TrackHold,
} from './hold.ts';

export interface HoldRepository {
  /**
   * Null where the day has a hold already, decided or not, and while a close is counting its month. Of a day whose
   * month is closed only what was reported since is held. No close of its month begins until the transaction ends.
   */
  readonly raise: (hold: DayHold, id: HoldId, at: Instant) => Promise<RaisedDayHold | null>;
  /**
   * `known` where the track has a hold already, decided or not; `closing` while a close is counting any month. Of closed
   * months only what was reported since is held.
   */
  readonly raiseOnTrack: (hold: TrackHold, id: HoldId, at: Instant) => Promise<RaisedTrackHold | 'known' | 'closing'>;
  readonly find: (id: HoldId) => Promise<RaisedHold | null>;
  /** False where it is decided already, or there is none. */
  readonly decide: (id: HoldId, decision: HoldDecision) => Promise<boolean>;
}

/** What is held is held by the log, so that a hold and the verdicts that follow from it change together. */
export type HeldPlayStores = PlayLogStores & { readonly holds: HoldRepository };

/** Reads for those who raise and decide holds; never locks. */
export interface HoldReader {
  /** UTC days that begin at `from` or later, and have more than so many payable and held plays but no hold. */
  readonly busyDays: (from: Instant, moreThan: number) => Promise<readonly ListeningDay[]>;
  /** The latest first. */
  readonly holds: (filter: { readonly undecided: boolean }, limit: number) => Promise<readonly RaisedHold[]>;
  /** Whatever was decided of it. */
  readonly ofTrack: (trackId: TrackId) => Promise<RaisedTrackHold | null>;
  /** Where plays are payable though their track is held, or held though it no longer is; of one track, or of all. */
  readonly unapplied: (
    trackId: TrackId | null,
  ) => Promise<readonly { readonly listenerId: UserId; readonly day: Day }[]>;
}
