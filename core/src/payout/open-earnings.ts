import type { UserId } from '../accounts/index.ts';
import type { TrackId } from '../catalog/index.ts';
import { type Micros, type Money, type Month, micros, times } from '../kernel/index.ts';
import { total } from './amounts.ts';
import { type RateVersion, perPlay, rateFor } from './rate.ts';
import { type SplitVersion, divide, splitFor } from './split.ts';

/** How many payable plays of an artist began in a month. */
export type MonthlyPlays = { readonly month: Month; readonly payable: bigint };

/** The same of a track. */
export type TrackPlays = MonthlyPlays & {
  readonly trackId: TrackId;
  /** The track's owner. */
  readonly artistId: UserId;
};

/** Payable plays that no close has dealt with yet, those that came too late for their month among them. */
export type OpenPlays = {
  /** Of all of the artist's own tracks. */
  readonly own: readonly MonthlyPlays[];
  /** Of each track that ever had a split, and is the artist's own or gave them a share. */
  readonly shared: readonly TrackPlays[];
  /** All versions of these. */
  readonly splits: readonly SplitVersion[];
};

export type OpenMonth = { readonly month: Month; readonly payablePlays: bigint; readonly accrued: Micros };

/** What an artist earns by them, month by month (R5, R6). */
export const openEarnings = (
  artistId: UserId,
  { own, shared, splits }: OpenPlays,
  rates: readonly RateVersion[],
): readonly OpenMonth[] => {
  const versions = Map.groupBy(splits, ({ trackId }) => trackId);
  const shareOf = ({ trackId, artistId: owner, month, payable }: TrackPlays): Money | null => {
    const { shares } = splitFor(versions.get(trackId) ?? [], month, owner);
    const divided = divide(times(perPlay(rateFor(rates, month)), payable), shares);
    return divided.find(({ userId }) => userId === artistId)?.amount ?? null;
  };
  const months = [...new Set([...own, ...shared].map(({ month }) => month))].sort();

  return months.map((month) => {
    const ofMonth = shared.filter((track) => track.month === month);
    const alone = payableOf(own.filter((each) => each.month === month)) - payableOf(ofMonth.filter(isOwn(artistId)));
    const parts = ofMonth.flatMap((track) => {
      const share = shareOf(track);
      return share === null ? [] : [{ payable: track.payable, accrued: share.micros }];
    });
    return {
      month,
      payablePlays: alone + payableOf(parts),
      accrued: micros(perPlay(rateFor(rates, month)).micros * alone + total(parts.map(({ accrued }) => accrued))),
    };
  });
};

const isOwn =
  (artistId: UserId) =>
  (track: TrackPlays): boolean =>
    track.artistId === artistId;

const payableOf = (counts: readonly { readonly payable: bigint }[]): bigint =>
  counts.reduce((sum, { payable }) => sum + payable, 0n);
