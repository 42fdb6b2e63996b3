import type { UserId } from '@backline/core/accounts';
import type { TrackId } from '@backline/core/catalog';
import type { MonthlyPlays, RollupRepository } from '@backline/core/payout';
import { COUNTED_VERDICTS } from '@backline/core/playback';
import { type Drafts, type Movement, type Readable, monthCountKey } from './state.ts';

export const rollupRepository = (drafts: Drafts): RollupRepository => ({
  advance: async () => {
    const tail = drafts.movements.all();
    for (const movement of tail) {
      countMonth(drafts, movement);
      countTrack(drafts, movement);
      countListener(drafts, movement);
      drafts.movements.remove(movement.sequence);
    }
    return tail.filter(({ added }) => added === 1).length;
  },
});

const countMonth = ({ monthCounts }: Drafts, { artistId, month, verdict, added }: Movement): void => {
  const count = { artistId, month, verdict };
  monthCounts.put({ ...count, plays: (monthCounts.get(monthCountKey(count))?.plays ?? 0) + added });
};

const countTrack = ({ trackCounts }: Drafts, movement: Movement): void => {
  const { trackId } = movement;
  trackCounts.put({ trackId, plays: (trackCounts.get(trackId)?.plays ?? 0) + counted(movement) });
};

const countListener = ({ listenerCounts }: Drafts, { listenerId, reported }: Movement): void =>
  listenerCounts.put({ listenerId, plays: (listenerCounts.get(listenerId)?.plays ?? 0) + reported });

const counted = ({ verdict, added }: Movement): number => (COUNTED_VERDICTS.includes(verdict) ? added : 0);

const total = (numbers: readonly number[]): number => numbers.reduce((sum, number) => sum + number, 0);

/** Each of these: what is rolled up, and the tail that is not yet. */
export const countedPlaysOf = ({ trackCounts, movements }: Readable, trackId: TrackId): number =>
  (trackCounts.get(trackId)?.plays ?? 0) + total(movements.where('track', trackId).map(counted));

export const reportedPlaysOf = ({ listenerCounts, movements }: Readable, listenerId: UserId): number =>
  (listenerCounts.get(listenerId)?.plays ?? 0) +
  total(movements.where('listener', listenerId).map(({ reported }) => reported));

export const payablePlaysOf = ({ monthCounts, movements }: Readable, artistId: UserId): readonly MonthlyPlays[] => {
  const counts = [
    ...monthCounts.where('artist', artistId),
    ...movements.where('artist', artistId).map((movement) => ({ ...movement, plays: movement.added })),
  ].filter(({ verdict }) => verdict === 'payable');
  return [...Map.groupBy(counts, ({ month }) => month)].map(([month, group]) => ({
    month,
    payable: BigInt(total(group.map(({ plays }) => plays))),
  }));
};
