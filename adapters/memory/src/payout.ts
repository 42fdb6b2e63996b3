import type { JudgedPlayView, PayoutReader, RateRepository, RateVersion, RateVersionId } from '@backline/core/payout';
import { invariant, monthOf } from '@backline/core/kernel';
import type { Play } from '@backline/core/playback';
import { holdOn } from './holds.ts';
import { type Listing, listPage } from './keyset.ts';
import { NEWEST_FIRST, titleOf } from './playback.ts';
import { standingOf } from './standing.ts';
import type { Drafts, Readable, Sequence } from './state.ts';

export const rateRepository = ({ rates }: Drafts, nextRateId: Sequence): RateRepository => ({
  all: async () => inOrder(rates.all()),
  append: async (rate) => {
    invariant(
      rates.all().every(({ effectiveFrom }) => effectiveFrom !== rate.effectiveFrom),
      `${rate.effectiveFrom} has a rate`,
    );
    const version: RateVersion = { ...rate, id: nextRateId() as RateVersionId };
    rates.put(version);
    return version;
  },
});

const inOrder = (rates: readonly RateVersion[]): readonly RateVersion[] =>
  rates.toSorted((a, b) => (a.effectiveFrom < b.effectiveFrom ? -1 : 1));

export const payoutReader = (state: Readable): PayoutReader => {
  const listing: Listing<Play, JudgedPlayView> = {
    name: 'artist-plays',
    ...NEWEST_FIRST,
    view: (play) => {
      const { playId, trackId, startedAt, msPlayed, judgment } = play;
      const hold = judgment.verdict === 'held' ? holdOn(state, play) : null;
      return {
        playId,
        trackId,
        title: titleOf(state, play),
        startedAt,
        msPlayed,
        verdict: judgment.verdict,
        hold: hold === null ? null : { reason: hold.reason, refused: hold.decided?.decision === 'refused' },
      };
    },
  };
  return {
    rates: async () => inOrder(state.rates.all()),
    standingOf: async (artistId, currency) => standingOf(state, artistId, currency),
    playsOfArtist: async (artistId, { month, trackId }, page) => {
      const plays = state.plays
        .where('artist', artistId)
        .filter(
          (play) =>
            (month === undefined || monthOf(play.startedAt) === month) &&
            (trackId === undefined || play.trackId === trackId),
        );
      return listPage(listing, plays, page);
    },
  };
};
