import type { UserId } from '@backline/core/accounts';
import type { TrackId } from '@backline/core/catalog';
import { type Currency, type Month, micros, monthOf } from '@backline/core/kernel';
import {
  type ArtistStanding,
  type KeptClose,
  type MonthlyPlays,
  type OpenPlays,
  type PayoutTransfer,
  artistAccount,
} from '@backline/core/payout';
import { payablePlaysOf } from './rollup.ts';
import { type Readable, balanceKey } from './state.ts';

/** What an artist has earned, by where it is. */
export const standingOf = (state: Readable, artistId: UserId, currency: Currency): ArtistStanding => {
  const balanceOf = (kind: Parameters<typeof artistAccount>[0]): bigint =>
    state.balances.get(balanceKey({ account: artistAccount(kind, artistId), currency }))?.micros ?? 0n;
  const transferred = (status: PayoutTransfer['status']): bigint =>
    state.transfers
      .where('artist', artistId)
      .filter((transfer) => transfer.status === status && transfer.net.currency === currency)
      .reduce((sum, { net, withheld }) => sum + net.micros + withheld, 0n);
  return {
    owed: micros(
      balanceOf('artist_pending') +
        balanceOf('artist_available') +
        balanceOf('artist_deferred') -
        balanceOf('artist_receivable') +
        transferred('begun'),
    ),
    paid: micros(transferred('settled')),
    open: openPlaysOf(state, artistId),
  };
};

const openPlaysOf = (state: Readable, artistId: UserId): OpenPlays => {
  const dealtWith = state.closes.all().flatMap((close) => close.dealtWith);
  const sharedTracks = [...new Set(state.splits.all().map(({ trackId }) => trackId))].filter(
    (trackId) =>
      state.tracks.get(trackId)?.artistId === artistId ||
      state.splits.where('track', trackId).some(({ shares }) => shares.some(({ userId }) => userId === artistId)),
  );
  return {
    own: leftOpen(
      payablePlaysOf(state, artistId),
      dealtWith.filter((plays) => plays.artistId === artistId),
    ),
    shared: sharedTracks.flatMap((trackId) => {
      const owner = state.tracks.get(trackId)?.artistId;
      return owner === undefined
        ? []
        : leftOpen(
            payableOf(state, owner, trackId),
            dealtWith.filter((plays) => plays.trackId === trackId),
          ).map((plays) => ({ ...plays, trackId, artistId: owner }));
    }),
    splits: state.splits.all().filter(({ trackId }) => sharedTracks.includes(trackId)),
  };
};

/** What a closed month has lost since is nobody's loss. */
const leftOpen = (payable: readonly MonthlyPlays[], dealtWith: KeptClose['dealtWith']): readonly MonthlyPlays[] => {
  const left = new Map<Month, bigint>();
  for (const each of payable) left.set(each.month, (left.get(each.month) ?? 0n) + each.payable);
  for (const each of dealtWith) left.set(each.month, (left.get(each.month) ?? 0n) - each.payable);
  return [...left].filter(([, plays]) => plays > 0n).map(([month, plays]) => ({ month, payable: plays }));
};

const payableOf = ({ plays }: Readable, owner: UserId, trackId: TrackId): readonly MonthlyPlays[] =>
  plays
    .where('artist', owner)
    .filter((play) => play.trackId === trackId && play.judgment.verdict === 'payable')
    .map(({ startedAt }) => ({ month: monthOf(startedAt), payable: 1n }));
