import type { TrackId } from '../catalog/index.ts';
import type { Instant } from '../kernel/index.ts';
import type { Judgment, Play } from './play.ts';

/** A time during which a subscription pays for listening; `until` is exclusive, null while it goes on. */
export type FundedSpan = { readonly from: Instant; readonly until: Instant | null };

/** A time during which the listener earns from a track that is not their own; `until` is exclusive, null while it goes on. */
export type EarningSpan = {
  readonly trackId: TrackId;
  readonly from: Instant;
  readonly until: Instant | null;
};

/** A UTC day, by its start, of which the listener's plays are held (payout-rules.md, R3f). */
export type HeldDay = {
  readonly day: Instant;
  /** Those reported before are not; null where all of them are. */
  readonly reportedFrom: Instant | null;
};

/** A track whose plays are held (payout-rules.md, R3f). */
export type HeldTrack = {
  readonly trackId: TrackId;
  /** What started before the one and was reported before the other is not held; null where all is. */
  readonly since: { readonly startedAt: Instant; readonly reportedAt: Instant } | null;
};

/** What must be known of a listener to judge their plays. */
export type ListenerFacts = {
  readonly funding: readonly FundedSpan[];
  readonly earning: readonly EarningSpan[];
  readonly heldDays: readonly HeldDay[];
};

export type UnjudgedPlay = Omit<Play, 'judgment' | 'firstVerdict'>;

/** A play to be judged, and what must be known of those of the account that are not judged with it. */
export type HeardPlay = {
  readonly play: UnjudgedPlay;
  /** When the last of them that was heard before it ends. */
  readonly busyUntil: Instant | null;
  /** Those of its track on its UTC day that count before it. */
  readonly paidThatDay: number;
};

/** Plays of one account. */
export type Hearing = ListenerFacts & {
  /** Of the plays' tracks. */
  readonly heldTracks: readonly HeldTrack[];
  /** In judging order. */
  readonly plays: readonly HeardPlay[];
};

/** The rule of payout: one judgment for each play, in the same order. Pure. */
export type Judge = (hearing: Hearing) => readonly Judgment[];
