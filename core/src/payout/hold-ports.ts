import type { Instant } from '../kernel/index.ts';
import type { PlayLogStores } from '../playback/index.ts';
import type { DayHold, HoldDecision, HoldId, ListeningDay, RaisedHold } from './hold.ts';

export interface HoldRepository {
  /**
   * Null where the day has a hold already, decided or not, and while a close is counting its month. Of a day whose
   * month is closed only what was reported since is held. No close of its month begins until the transaction ends.
   */
  readonly raise: (hold: DayHold, id: HoldId, at: Instant) => Promise<RaisedHold | null>;
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
}
