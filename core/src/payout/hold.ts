import type { UserId } from '../accounts/index.ts';
import type { Copy, TrackId } from '../catalog/index.ts';
import { type Brand, type Day, type Instant, type Result, err, ok } from '../kernel/index.ts';
import type { HeldTrack } from '../playback/index.ts';
import type { HoldDecided } from './errors.ts';
import type { PayoutPolicy } from './policy.ts';

/** An account's otherwise payable plays in a UTC day. */
export type ListeningDay = {
  readonly listenerId: UserId;
  readonly day: Day;
  /** Each artist once. */
  readonly byArtist: readonly { readonly artistId: UserId; readonly plays: number }[];
};

/** Why plays are held, as the artist is told: numbers of the account, never whose account it is. */
export type HoldReason =
  | { readonly code: 'many-plays'; readonly plays: number; readonly allowed: number }
  | {
      readonly code: 'mostly-one-artist';
      readonly plays: number;
      readonly allowed: number;
      readonly ofOneArtist: number;
      readonly allowedPercent: number;
    }
  | RecordingReason;

export type RecordingReason = {
  readonly code: 'same-recording';
  readonly trackId: TrackId;
  readonly asTrackId: TrackId;
};

export type ListeningDayScope = { readonly of: 'listening-day'; readonly listenerId: UserId; readonly day: Day };
export type TrackScope = { readonly of: 'track'; readonly trackId: TrackId };

/** What is held: an account's day, or a track's plays for as long as it is held. */
export type HoldScope = ListeningDayScope | TrackScope;

/** `released` plays are payable, in the open month if theirs is closed; `refused` ones stay held for good. */
export type HoldDecision = {
  readonly decision: 'released' | 'refused';
  /** Who decided, in the operator's words. */
  readonly by: string;
  readonly at: Instant;
};

export type Hold<Scope extends HoldScope = HoldScope> = {
  readonly scope: Scope;
  readonly reason: HoldReason;
  readonly policyVersion: number;
  readonly decided: HoldDecision | null;
};

export type DayHold = Hold<ListeningDayScope>;
export type TrackHold = Hold<TrackScope> & { readonly reason: RecordingReason };

/** A UUID. */
export type HoldId = Brand<string, 'HoldId'>;

type Raised = { readonly id: HoldId; readonly raisedAt: Instant };

export type RaisedDayHold = DayHold &
  Raised & {
    /** Plays reported before are not held: a close has counted them. Null where all are held. */
    readonly reportedFrom: Instant | null;
  };

export type RaisedTrackHold = TrackHold &
  Raised & {
    /** What started before the one and was reported before the other a close has counted. Null where all is held. */
    readonly since: HeldTrack['since'];
  };

/** A hold as it is kept. */
export type RaisedHold = RaisedDayHold | RaisedTrackHold;

/** R3f for an account's day; null when there is nothing to hold. All its payable plays of the day are held. */
export const velocityHold = (it: ListeningDay, { version, velocity }: PayoutPolicy): DayHold | null => {
  const reason = velocityReason(it, velocity);
  if (reason === null) return null;
  const scope = { of: 'listening-day', listenerId: it.listenerId, day: it.day } as const;
  return { scope, reason, policyVersion: version, decided: null };
};

/** R3f for a track whose recording matches another artist's. */
export const recordingHold = ({ trackId, ofTrackId }: Copy, { version }: PayoutPolicy): TrackHold => ({
  scope: { of: 'track', trackId },
  reason: { code: 'same-recording', trackId, asTrackId: ofTrackId },
  policyVersion: version,
  decided: null,
});

/** An operator decides once. */
export const decideHold = <H extends Hold>(hold: H, decision: HoldDecision): Result<H, HoldDecided> =>
  hold.decided === null
    ? ok({ ...hold, decided: decision })
    : err({ code: 'hold_decided', decision: hold.decided.decision });

export const isHolding = ({ decided }: Hold): boolean => decided?.decision !== 'released';

const velocityReason = ({ byArtist }: ListeningDay, limits: PayoutPolicy['velocity']): HoldReason | null => {
  const counts = byArtist.map(({ plays }) => plays);
  const plays = counts.reduce((sum, count) => sum + count, 0);
  if (plays > limits.dailyPlays) return { code: 'many-plays', plays, allowed: limits.dailyPlays };

  const ofOneArtist = Math.max(0, ...counts);
  if (plays <= limits.watchedPlays || ofOneArtist * 100 <= plays * limits.oneArtistPercent) return null;
  return {
    code: 'mostly-one-artist',
    plays,
    allowed: limits.watchedPlays,
    ofOneArtist,
    allowedPercent: limits.oneArtistPercent,
  };
};
