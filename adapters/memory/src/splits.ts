import type { UserId } from '@backline/core/accounts';
import { invariant } from '@backline/core/kernel';
import { type SplitRepository, type SplitVersion, type SplitVersionId, timeInForce } from '@backline/core/payout';
import type { EarningSpan } from '@backline/core/playback';
import type { Drafts, Readable, Sequence } from './state.ts';

export const splitRepository = ({ splits, declined, periods }: Drafts, nextId: Sequence): SplitRepository => ({
  versionsOf: async (trackId) => inOrder(splits.where('track', trackId)),
  until: async (month) => inOrder(splits.all().filter(({ effectiveFrom }) => effectiveFrom <= month)),
  find: async (id) => splits.get(id) ?? null,
  append: async (split) => {
    invariant(
      periods.all().every(({ month, status }) => month < split.effectiveFrom || status === 'open'),
      'a split for a month that is closed',
    );
    const version = { ...split, id: nextId() as SplitVersionId };
    splits.put(version);
    return version;
  },
  accept: async (id, userId, at) => {
    const version = splits.get(id);
    invariant(version !== undefined, `no split ${id}`);
    const shares = version.shares.map((share) =>
      share.userId === userId && share.acceptedAt === null ? { ...share, acceptedAt: at } : share,
    );
    splits.put({ ...version, shares });
  },
  decline: async (splitId, userId) => declined.put({ splitId, userId }),
  declinedOf: async (id) => {
    const accepted = new Set(
      splits.get(id)?.shares.flatMap(({ userId, acceptedAt }) => (acceptedAt === null ? [] : [userId])),
    );
    return new Set(
      declined
        .where('split', id)
        .map(({ userId }) => userId)
        .filter((userId) => !accepted.has(userId)),
    );
  },
});

const inOrder = (versions: readonly SplitVersion[]): readonly SplitVersion[] =>
  versions.toSorted((a, b) => a.id - b.id);

/** While a version of which the user has accepted a share is the track's. */
export const earningOf = ({ splits }: Readable, userId: UserId): readonly EarningSpan[] =>
  splits
    .all()
    .filter(({ shares }) => shares.some((share) => share.userId === userId && share.acceptedAt !== null))
    .map((version) => ({
      trackId: version.trackId,
      ...timeInForce(version, splits.where('track', version.trackId)),
    }));
