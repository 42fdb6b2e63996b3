import type { UserId } from '@backline/core/accounts';
import { invariant } from '@backline/core/kernel';
import type { Reversal, ReversalRepository, ReversedPlays, StatementAdjustment } from '@backline/core/payout';
import { adjustmentsFor } from '@backline/core/payout';
import type { Drafts, Readable } from './state.ts';

export const reversalRepository = ({ reversals }: Drafts): ReversalRepository => {
  const all = (): readonly ReversedPlays[] => reversals.all().flatMap(reversedPlays);
  return {
    of: async (trackIds) => all().filter(({ trackId }) => trackIds.includes(trackId)),
    save: async (reversal) => {
      const known = new Set(all().map(playsKey));
      invariant(
        reversedPlays(reversal).every((plays) => !known.has(playsKey(plays))),
        'the plays were reversed before',
      );
      reversals.put(reversal);
    },
  };
};

const reversedPlays = ({ listenerId, playedIn, plays }: Reversal): readonly ReversedPlays[] =>
  plays.map((each) => ({ ...each, listenerId, playedIn }));

const playsKey = ({ period, listenerId, trackId, playedIn }: ReversedPlays): string =>
  [period, listenerId, trackId, playedIn].join(' ');

/** What no statement of theirs tells yet. */
export const adjustmentNewsOf = (
  { reversals, statements }: Pick<Readable, 'reversals' | 'statements'>,
  artistId: UserId,
): readonly StatementAdjustment[] => {
  const told = new Set(
    statements.where('artist', artistId).flatMap(({ statement }) => statement.adjustments.map(adjustmentKey)),
  );
  return reversals
    .all()
    .flatMap((reversal) => adjustmentsFor(reversal, artistId))
    .filter((adjustment) => !told.has(adjustmentKey(adjustment)));
};

const adjustmentKey = ({ adjustmentId, origin, trackId }: StatementAdjustment): string =>
  [adjustmentId, origin, trackId].join(' ');

export const artistsWithAdjustments = (state: Pick<Readable, 'reversals' | 'statements'>): readonly UserId[] =>
  [...new Set(state.reversals.all().flatMap(({ shares }) => shares.map(({ userId }) => userId)))].filter(
    (artistId) => adjustmentNewsOf(state, artistId).length > 0,
  );
