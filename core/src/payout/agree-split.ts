import type { UserId } from '../accounts/index.ts';
import type { TrackId, TrackNotFound } from '../catalog/index.ts';
import { type Instant, type Month, type Result, err, monthStart, ok, shiftMonth } from '../kernel/index.ts';
import type { ShareAccepted, SplitNotFound, SplitRefused, UnknownCollaborator } from './errors.ts';
import type { PayoutPorts, PayoutStores } from './ports.ts';
import {
  type SplitShare,
  type SplitVersion,
  type SplitVersionId,
  acceptSplit as accept,
  proposeSplit,
} from './split.ts';

/** A version, and who of its shares' owners has said no. What is declined stays kept for its owner all the same. */
export type AgreedSplit = { readonly version: SplitVersion; readonly declined: ReadonlySet<UserId> };

export type SplitRequest = {
  readonly trackId: TrackId;
  readonly effectiveFrom: Month;
  readonly shares: readonly Pick<SplitShare, 'userId' | 'basisPoints'>[];
};

/** R6: the track's owner says how its earnings are shared from a month on. The same again is the same version. */
export const setSplit =
  ({ uow, accounts, clock }: PayoutPorts) =>
  async (
    ownerId: UserId,
    request: SplitRequest,
  ): Promise<Result<AgreedSplit, TrackNotFound | UnknownCollaborator | SplitRefused>> => {
    for (const { userId } of request.shares)
      if ((await accounts.account(userId)) === null) return err({ code: 'unknown_collaborator', userId });

    return uow.run(async (stores): Promise<Result<AgreedSplit, TrackNotFound | SplitRefused>> => {
      const track = await stores.tracks.find(request.trackId);
      if (track === null || track.removedAt !== null || track.artistId !== ownerId)
        return err({ code: 'track_not_found' });
      const versions = await stores.splits.versionsOf(request.trackId);
      const newest = versions.at(-1);
      if (newest !== undefined && isSame(newest, request)) return ok(await agreed(stores, newest));

      const proposed = proposeSplit(versions, { ...request, proposedBy: ownerId }, clock.now());
      return proposed.ok ? ok(await agreed(stores, await stores.splits.append(proposed.value))) : proposed;
    });
  };

/** The newest version; null where none was ever set. For the owner and whoever has a share in it. */
export const splitOf =
  ({ uow }: PayoutPorts) =>
  (callerId: UserId, trackId: TrackId): Promise<Result<AgreedSplit | null, TrackNotFound>> =>
    uow.run(async (stores): Promise<Result<AgreedSplit | null, TrackNotFound>> => {
      const track = await stores.tracks.find(trackId);
      if (track === null || track.removedAt !== null) return err({ code: 'track_not_found' });
      const newest = (await stores.splits.versionsOf(trackId)).at(-1) ?? null;
      const mayKnow = track.artistId === callerId || newest?.shares.some(({ userId }) => userId === callerId) === true;
      if (!mayKnow) return err({ code: 'track_not_found' });
      return ok(newest === null ? null : await agreed(stores, newest));
    });

/** Again is harmless. From then on what was kept for the collaborator can become available to them. */
export const acceptShare =
  ({ uow, clock }: PayoutPorts) =>
  (userId: UserId, id: SplitVersionId): Promise<Result<AgreedSplit, SplitNotFound>> =>
    uow.run(async (stores): Promise<Result<AgreedSplit, SplitNotFound>> => {
      const version = await stores.splits.find(id);
      const accepted = version === null ? null : accept(version, userId, clock.now());
      if (version === null || accepted === null || !accepted.ok) return err({ code: 'split_not_found' });
      if (!hasAccepted(version, userId)) {
        await stores.splits.accept(id, userId, clock.now());
        await announce(stores, version, userId, clock.now());
      }
      return ok(await agreed(stores, accepted.value));
    });

/** What was accepted can't be declined any more; what is declined can still be accepted. */
export const declineShare =
  ({ uow, clock }: PayoutPorts) =>
  (userId: UserId, id: SplitVersionId): Promise<Result<AgreedSplit, SplitNotFound | ShareAccepted>> =>
    uow.run(async (stores): Promise<Result<AgreedSplit, SplitNotFound | ShareAccepted>> => {
      const version = await stores.splits.find(id);
      if (version?.shares.some((share) => share.userId === userId) !== true) return err({ code: 'split_not_found' });
      if (hasAccepted(version, userId)) return err({ code: 'share_accepted' });
      await stores.splits.decline(id, userId, clock.now());
      return ok(await agreed(stores, version));
    });

const announce = async (
  { periods, outbox }: Pick<PayoutStores, 'periods' | 'outbox'>,
  { trackId, effectiveFrom }: SplitVersion,
  userId: UserId,
  occurredAt: Instant,
): Promise<void> => {
  const counted = (await periods.all()).findLast(({ status }) => status !== 'open');
  const firstOpen = counted === undefined ? effectiveFrom : shiftMonth(counted.month, 1);
  const since = monthStart(firstOpen > effectiveFrom ? firstOpen : effectiveFrom);
  await outbox.append({ type: 'payout.collaborator_joined', trackId, userId, since, occurredAt });
};

const agreed = async ({ splits }: Pick<PayoutStores, 'splits'>, version: SplitVersion): Promise<AgreedSplit> => ({
  version,
  declined: await splits.declinedOf(version.id),
});

const hasAccepted = ({ shares }: SplitVersion, userId: UserId): boolean =>
  shares.some((share) => share.userId === userId && share.acceptedAt !== null);

const isSame = (version: SplitVersion, { effectiveFrom, shares }: SplitRequest): boolean =>
  version.effectiveFrom === effectiveFrom && textOf(version.shares) === textOf(shares);

const textOf = (shares: SplitRequest['shares']): string =>
  shares
    .toSorted((a, b) => a.userId - b.userId)
    .map(({ userId, basisPoints }) => `${userId} ${basisPoints}`)
    .join();
