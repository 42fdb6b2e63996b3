import type { UserId } from '../accounts/index.ts';
import type { TrackId } from '../catalog/index.ts';
import { type Currency, type Micros, type Month, invariant, micros, money } from '../kernel/index.ts';
import type { Verdict } from '../playback/index.ts';
import { sideBySide, total } from './amounts.ts';
import type { FundedTrackMonth } from './fund-plays.ts';
import { proportionally } from './funding.ts';
import type { TrackMonth } from './play-counts.ts';
import { type RateVersion, type RateVersionId, perPlay, rateFor } from './rate.ts';
import {
  type SplitInForce,
  type SplitShare,
  type SplitVersion,
  type SplitVersionId,
  divide,
  splitFor,
} from './split.ts';

export type TrackOwner = { readonly trackId: TrackId; readonly artistId: UserId };

export type UnpaidVerdict = Exclude<Verdict, 'payable'>;

/** How many plays of a track that began in a month had a verdict that pays nothing. */
export type UnpaidCount = TrackMonth & { readonly verdict: UnpaidVerdict; readonly plays: number };

/** Plays of one month, which have one rate. */
export type RatedPlays = {
  readonly playedIn: Month;
  readonly rateVersion: RateVersionId;
  readonly perPlay: Micros;
  readonly payable: number;
  /** Verdicts that no play has are left out. */
  readonly unpaid: { readonly [verdict in UnpaidVerdict]?: number };
};

/** What a track earned for one version of its split. `funded` and what is deferred make up `nominal`. */
export type TrackEarning = {
  readonly trackId: TrackId;
  readonly splitVersion: SplitVersionId | null;
  /** By month. */
  readonly plays: readonly RatedPlays[];
  readonly nominal: Micros;
  readonly funded: Micros;
  /** By user id; they add up to the track's amounts. */
  readonly shares: readonly EarnedShare[];
};

export type EarnedShare = {
  readonly userId: UserId;
  readonly basisPoints: number;
  /** While not, it is kept for its owner (R6). */
  readonly accepted: boolean;
  readonly nominal: Micros;
  readonly funded: Micros;
  readonly deferred: Micros;
};

export type PlaysOfTrack = TrackMonth & FundedTrackMonth & Pick<RatedPlays, 'unpaid'>;

/** R6: the plays of each track, of all months in which the same split was in force together, shared out once. */
export const earningsOfTracks = (
  plays: readonly PlaysOfTrack[],
  tracks: readonly TrackOwner[],
  splits: readonly SplitVersion[],
  rates: readonly RateVersion[],
  currency: Currency,
): readonly TrackEarning[] => {
  const owners = new Map(tracks.map(({ trackId, artistId }) => [trackId, artistId]));
  const versions = Map.groupBy(splits, ({ trackId }) => trackId);
  return [...Map.groupBy(plays, ({ trackId }) => trackId)]
    .sort(([a], [b]) => a - b)
    .flatMap(([trackId, ofTrack]) => {
      const owner = owners.get(trackId);
      invariant(owner !== undefined, `nobody owns track ${trackId}`);
      return bySplit(ofTrack, (month) => splitFor(versions.get(trackId) ?? [], month, owner)).map(
        ([{ version, shares }, months]) => {
          const amounts = {
            nominal: total(months.map(({ nominal }) => nominal)),
            funded: total(months.map(({ funded }) => funded)),
          };
          return {
            trackId,
            splitVersion: version,
            plays: months.map((month) => rated(month, rates)),
            ...amounts,
            shares: shareOut(amounts, shares, currency),
          };
        },
      );
    });
};

/** The nominal earning by the split; what is funded of it by what each has earned, so nobody gets more than that. */
const shareOut = (
  { nominal, funded }: Pick<TrackEarning, 'nominal' | 'funded'>,
  shares: readonly SplitShare[],
  currency: Currency,
): readonly EarnedShare[] => {
  const earned = divide(money(nominal, currency), shares);
  const paid = proportionally(
    funded,
    earned.map(({ amount }) => amount.micros),
    currency,
  );
  return sideBySide(earned, paid).map(([{ userId, basisPoints, acceptedAt, amount }, part]) => ({
    userId,
    basisPoints,
    accepted: acceptedAt !== null,
    nominal: amount.micros,
    funded: part,
    deferred: micros(amount.micros - part),
  }));
};

const bySplit = (
  plays: readonly PlaysOfTrack[],
  inForce: (month: Month) => SplitInForce,
): readonly (readonly [SplitInForce, readonly PlaysOfTrack[]])[] => {
  const byMonth = plays.toSorted((a, b) => (a.playedIn < b.playedIn ? -1 : 1));
  const groups = Map.groupBy(byMonth, ({ playedIn }) => inForce(playedIn).version);
  return [...groups.values()].flatMap((months) =>
    months[0] === undefined ? [] : [[inForce(months[0].playedIn), months] as const],
  );
};

const rated = ({ playedIn, plays, unpaid }: PlaysOfTrack, rates: readonly RateVersion[]): RatedPlays => {
  const rate = rateFor(rates, playedIn);
  return { playedIn, rateVersion: rate.id, perPlay: perPlay(rate).micros, payable: plays, unpaid };
};
