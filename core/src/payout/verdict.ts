import { type Instant, dayStart } from '../kernel/index.ts';
import {
  type EarningSpan,
  type FundedSpan,
  type Hearing,
  type HeldDay,
  type HeldTrack,
  type Judge,
  type Judgment,
  type UnjudgedPlay,
  type Verdict,
  endOf,
} from '../playback/index.ts';
import type { PayoutPolicy } from './policy.ts';

/**
 * The verdict rule R3: total, and independent of the order of arrival.
 *
 * "Heard" (`occupying`) is decided by time alone, whatever else makes a play unpayable: an account hears one
 * thing at a time (R3e), so a play that is neither too short nor begun inside a heard one is itself heard. A held
 * play uses up the daily cap as if it were paid, so that nothing else changes when it is released.
 */
export const judgeBy =
  (policy: PayoutPolicy): Judge =>
  ({ plays, funding, earning, heldDays, heldTracks }: Hearing): readonly Judgment[] => {
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
        [earnsFrom(play, earning), 'self-play'],
        [tooShort, 'too-short'],
        [!isFunded(play, funding), 'unfunded'],
        [overlapping, 'overlapping'],
        [paid + paidThatDay >= policy.dailyCap, 'daily-cap'],
        [isOnHeldDay(play, heldDays) || isOfHeldTrack(play, heldTracks), 'held'],
      ]);
      if (verdict === 'payable' || verdict === 'held') paidToday.set(quota, paid + 1);
      return { verdict, occupying, policyVersion: policy.version };
    });
  };

const firstThatApplies = (rules: readonly (readonly [applies: boolean, verdict: Verdict])[]): Verdict =>
  rules.find(([applies]) => applies)?.[1] ?? 'payable';

/** R3b: as the artist, or as a collaborator. */
const earnsFrom = (play: UnjudgedPlay, earning: readonly EarningSpan[]): boolean =>
  play.listenerId === play.artistId || earning.some((span) => span.trackId === play.trackId && covers(span, play));

const isOnHeldDay = ({ startedAt, reportedAt }: UnjudgedPlay, heldDays: readonly HeldDay[]): boolean =>
  heldDays.some(
    ({ day, reportedFrom }) => day === dayStart(startedAt) && (reportedFrom === null || reportedAt >= reportedFrom),
  );

const isOfHeldTrack = ({ trackId, startedAt, reportedAt }: UnjudgedPlay, heldTracks: readonly HeldTrack[]): boolean =>
  heldTracks.some(
    (held) =>
      held.trackId === trackId &&
      (held.since === null || startedAt >= held.since.startedAt || reportedAt >= held.since.reportedAt),
  );

const isFunded = (play: UnjudgedPlay, funding: readonly FundedSpan[]): boolean =>
  funding.some((span) => covers(span, play));

const covers = ({ from, until }: FundedSpan, { startedAt }: UnjudgedPlay): boolean =>
  from <= startedAt && startedAt < (until ?? (Infinity as Instant));
