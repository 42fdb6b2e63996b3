import type { UserId } from '../accounts/index.ts';
import type { TrackId } from '../catalog/index.ts';
import {
  type Brand,
  type Instant,
  type Money,
  type Month,
  type Result,
  err,
  monthOf,
  monthStart,
  ok,
  shiftMonth,
  split,
} from '../kernel/index.ts';
import { sideBySide } from './amounts.ts';
import type { NotInSplit, SplitRefused } from './errors.ts';

/** A positive integer, given by the store; a later version has a greater one. */
export type SplitVersionId = Brand<number, 'SplitVersionId'>;

export type SplitShare = {
  readonly userId: UserId;
  readonly basisPoints: number;
  /** Until then the share is kept for its owner and can't become available to them. */
  readonly acceptedAt: Instant | null;
};

/** R6. In force from the first day of `effectiveFrom` until a later version is. Only acceptances are ever added. */
export type SplitVersion = {
  readonly id: SplitVersionId;
  readonly trackId: TrackId;
  readonly effectiveFrom: Month;
  /** Positive basis points that add up to 10,000; each user once. */
  readonly shares: readonly SplitShare[];
};

/** Whom a track's earnings of some month belong to; `version` is null where no split was ever agreed. */
export type SplitInForce = { readonly version: SplitVersionId | null; readonly shares: readonly SplitShare[] };

export type SharedAmount = SplitShare & { readonly amount: Money };

export const WHOLE_BASIS_POINTS = 10_000;

/** @param versions all versions of one track, in any order */
export const splitFor = (versions: readonly SplitVersion[], month: Month, artistId: UserId): SplitInForce => {
  const inForce = versions
    .filter(({ effectiveFrom }) => effectiveFrom <= month)
    .reduce<SplitVersion | null>((latest, version) => (isLater(version, latest) ? version : latest), null);
  return inForce === null
    ? { version: null, shares: [{ userId: artistId, basisPoints: WHOLE_BASIS_POINTS, acceptedAt: 0 as Instant }] }
    : { version: inForce.id, shares: inForce.shares };
};

/**
 * From its first month on until a later version is in force, which is never where that begins with the same month.
 *
 * @param versions all versions of its track
 */
export const timeInForce = (
  version: SplitVersion,
  versions: readonly SplitVersion[],
): { readonly from: Instant; readonly until: Instant | null } => {
  const next = versions
    .filter((other) => isLater(other, version))
    .reduce<SplitVersion | null>((first, other) => (first !== null && isLater(other, first) ? first : other), null);
  return {
    from: monthStart(version.effectiveFrom),
    until: next === null ? null : monthStart(next.effectiveFrom),
  };
};

/** By largest remainder, ties by user id; in the order of user ids. */
export const divide = (total: Money, shares: readonly SplitShare[]): readonly SharedAmount[] => {
  const ordered = shares.toSorted((a, b) => a.userId - b.userId);
  const amounts = split(
    total,
    ordered.map(({ basisPoints }) => BigInt(basisPoints)),
  );
  return sideBySide(ordered, amounts).map(([share, amount]) => ({ ...share, amount }));
};

export type SplitProposal = {
  readonly trackId: TrackId;
  readonly proposedBy: UserId;
  readonly effectiveFrom: Month;
  readonly shares: readonly Pick<SplitShare, 'userId' | 'basisPoints'>[];
};

/**
 * Who proposes accepts their own share by that. A month that has begun keeps its split, so that nobody loses what was
 * earned already; a track's first split may begin with the current month, since it takes from the proposer only.
 *
 * @param versions all versions of the track
 */
export const proposeSplit = (
  versions: readonly SplitVersion[],
  { trackId, proposedBy, effectiveFrom, shares }: SplitProposal,
  now: Instant,
): Result<Omit<SplitVersion, 'id'>, SplitRefused> => {
  if (!shares.every(({ basisPoints }) => Number.isSafeInteger(basisPoints) && basisPoints > 0))
    return refused('not-positive');
  if (shares.reduce((sum, { basisPoints }) => sum + basisPoints, 0) !== WHOLE_BASIS_POINTS) return refused('not-whole');
  if (new Set(shares.map(({ userId }) => userId)).size < shares.length) return refused('user-twice');
  if (effectiveFrom < shiftMonth(monthOf(now), versions.length === 0 ? 0 : 1)) return refused('month-has-begun');

  return ok({
    trackId,
    effectiveFrom,
    shares: shares.map(({ userId, basisPoints }) => ({
      userId,
      basisPoints,
      acceptedAt: userId === proposedBy ? now : null,
    })),
  });
};

/** Again is nothing: the first acceptance counts. */
export const acceptSplit = (version: SplitVersion, userId: UserId, now: Instant): Result<SplitVersion, NotInSplit> =>
  version.shares.some((share) => share.userId === userId)
    ? ok({
        ...version,
        shares: version.shares.map((share) =>
          share.userId === userId ? { ...share, acceptedAt: share.acceptedAt ?? now } : share,
        ),
      })
    : err({ code: 'not_in_split' });

const refused = (reason: SplitRefused['reason']) => err<SplitRefused>({ code: 'split_refused', reason });

const isLater = (version: SplitVersion, than: SplitVersion | null): boolean =>
  than === null ||
  version.effectiveFrom > than.effectiveFrom ||
  (version.effectiveFrom === than.effectiveFrom && version.id > than.id);
