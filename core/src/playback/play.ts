import type { UserId } from '../accounts/index.ts';
import type { TrackId } from '../catalog/index.ts';
import type { Brand, Instant } from '../kernel/index.ts';

/** A lower-case UUID that the player made. */
export type PlayId = Brand<string, 'PlayId'>;

/** payout-rules.md, R3: each play has exactly one. */
export type Verdict =
  'payable' | 'too-short' | 'self-play' | 'unfunded' | 'daily-cap' | 'overlapping' | 'held' | 'too-late';

/** Streams in the statistics: heard long enough, by somebody else, one at a time; whether paid or not. */
export const COUNTED_VERDICTS: readonly Verdict[] = ['payable', 'unfunded', 'daily-cap', 'held', 'too-late'];

/** A play as its player reports it. */
export type PlayReport = {
  readonly playId: PlayId;
  readonly trackId: TrackId;
  readonly startedAt: Instant;
  /** Time heard. */
  readonly msPlayed: number;
};

export type Judgment = {
  readonly verdict: Verdict;
  /** It was heard: neither too short nor begun inside another that was heard. Other plays may overlap it. */
  readonly occupying: boolean;
  readonly policyVersion: number;
};

export type Play = PlayReport & {
  readonly listenerId: UserId;
  readonly artistId: UserId;
  readonly trackDurationMs: number;
  readonly reportedAt: Instant;
  readonly judgment: Judgment;
  /** What the report was answered; later reports may change `judgment`, never this. */
  readonly firstVerdict: Verdict;
};

/** The order in which an account's plays are judged (R3′). */
export const byStart = (a: PlayReport, b: PlayReport): number =>
  a.startedAt - b.startedAt || (a.playId < b.playId ? -1 : a.playId > b.playId ? 1 : 0);

export const endOf = (play: PlayReport): Instant => (play.startedAt + play.msPlayed) as Instant;
