import type { Instant } from '../kernel/index.ts';
import type { Judgment, Play } from './play.ts';

/** A time during which a subscription pays for listening; `until` is exclusive, null while it goes on. */
export type FundedSpan = { readonly from: Instant; readonly until: Instant | null };

export type UnjudgedPlay = Omit<Play, 'judgment' | 'firstVerdict'>;

/** One account's plays from a UTC midnight on, in judging order. */
export type Hearing = {
  readonly plays: readonly UnjudgedPlay[];
  /** When the last play that was heard before these ends. */
  readonly busyUntil: Instant | null;
  readonly funding: readonly FundedSpan[];
};

/** The rule of payout: one judgment for each play, in the same order. Pure. */
export type Judge = (hearing: Hearing) => readonly Judgment[];
