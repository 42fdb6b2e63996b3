import type { Instant } from '../kernel/index.ts';
import type { Judgment, Play } from './play.ts';

/** A time during which a subscription pays for listening; `until` is exclusive, null while it goes on. */
export type FundedSpan = { readonly from: Instant; readonly until: Instant | null };

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
export type Hearing = {
  /** In judging order. */
  readonly plays: readonly HeardPlay[];
  readonly funding: readonly FundedSpan[];
};

/** The rule of payout: one judgment for each play, in the same order. Pure. */
export type Judge = (hearing: Hearing) => readonly Judgment[];
