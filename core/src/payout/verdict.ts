import { type Instant, dayStart } from '../kernel/index.ts';
import {
  type FundedSpan,
  type Hearing,
  type Judge,
  type Judgment,
  type UnjudgedPlay,
  type Verdict,
  endOf,
} from '../playback/index.ts';
import type { PayoutPolicy } from './policy.ts';

/** R3b: whether the listener earns from the play: as the artist, a collaborator, or through a payout account of theirs. */
export type EarnsFrom = (play: UnjudgedPlay) => boolean;

const isTheArtist: EarnsFrom = ({ listenerId, artistId }) => listenerId === artistId;

/**
 * The verdict rule R3, a to e and g: total, and independent of the order of arrival.
 *
 * "Heard" (`occupying`) is decided by time alone, whatever else makes a play unpayable: an account hears one
 * thing at a time (R3e), so a play that is neither too short nor begun inside a heard one is itself heard.
 * `held` (R3f) is not decided here but before the close.
 */
export const judgeBy =
  (policy: PayoutPolicy, earnsFrom: EarnsFrom = isTheArtist): Judge =>
  ({ plays, funding }: Hearing): readonly Judgment[] => {
    let heardUntil = -Infinity;
    const paidToday = new Map<string, number>();

    return plays.map(({ play, busyUntil, paidThatDay }): Judgment => {
      const tooShort = play.msPlayed < Math.min(policy.minimumHeardMs, play.trackDurationMs);
      const overlapping = play.startedAt < Math.max(heardUntil, busyUntil ?? -Infinity);
      const occupying = !tooShort && !overlapping;
      if (occupying) heardUntil = endOf(play);

      const quota = `${play.trackId} ${dayStart(play.startedAt)}`;
      const paid = paidToday.get(quota) ?? 0;
      const verdict = firstThatApplies([
        [play.reportedAt - play.startedAt > policy.lateAfterMs, 'too-late'],
        [earnsFrom(play), 'self-play'],
        [tooShort, 'too-short'],
        [!isFunded(play, funding), 'unfunded'],
        [overlapping, 'overlapping'],
        [paid + paidThatDay >= policy.dailyCap, 'daily-cap'],
      ]);
      if (verdict === 'payable') paidToday.set(quota, paid + 1);
      return { verdict, occupying, policyVersion: policy.version };
    });
  };

const firstThatApplies = (rules: readonly (readonly [applies: boolean, verdict: Verdict])[]): Verdict =>
  rules.find(([applies]) => applies)?.[1] ?? 'payable';

const isFunded = ({ startedAt }: UnjudgedPlay, funding: readonly FundedSpan[]): boolean =>
  funding.some(({ from, until }) => from <= startedAt && startedAt < (until ?? (Infinity as Instant)));
