import { type Split, acceptSplit, declineSplit, getSplit, setSplit } from '@backline/contracts/http';
import type { UserId } from '@backline/core/accounts';
import type { TrackId, TrackNotFound } from '@backline/core/catalog';
import { dayOf, month, monthStart } from '@backline/core/kernel';
import {
  type AgreedSplit,
  type ShareAccepted,
  type SplitNotFound,
  type SplitRefused,
  type SplitVersionId,
  type UnknownCollaborator,
  WHOLE_BASIS_POINTS,
} from '@backline/core/payout';
import type { Static } from 'typebox';
import type { Serve } from '../bind.ts';
import type { Dependencies } from '../dependencies.ts';
import { invalidInput, refusal } from '../refusal.ts';

const NOT_FOUND = { track_not_found: 404 } as const satisfies Record<TrackNotFound['code'], number>;

const SPLIT_NOT_FOUND = { split_not_found: 404 } as const satisfies Record<SplitNotFound['code'], number>;

const DECLINE_STATUS = { split_not_found: 404, share_accepted: 409 } as const satisfies Record<
  (SplitNotFound | ShareAccepted)['code'],
  number
>;

const REFUSALS = {
  'not-positive': { field: 'shares', message: 'must have positive whole basis points' },
  'not-whole': { field: 'shares', message: `must add up to ${WHOLE_BASIS_POINTS} basis points` },
  'user-twice': { field: 'shares', message: 'must name each user once' },
  'month-has-begun': { field: 'effectiveFrom', message: 'must be a month that has not begun' },
} as const satisfies Record<SplitRefused['reason'], { readonly field: string; readonly message: string }>;

export const splitRoutes = (serve: Serve, { core }: Pick<Dependencies, 'core'>): void => {
  const { payout } = core;

  serve(setSplit, async ({ params, body }, reply, { caller }) => {
    const shares = body.shares.map(({ userId, basisPoints }) => ({ userId: userId as UserId, basisPoints }));
    const set = await payout.setSplit(caller.userId, {
      trackId: params.trackId as TrackId,
      effectiveFrom: month(body.effectiveFrom.slice(0, 7)),
      shares,
    });
    if (set.ok) return reply(200, splitWire(set.value));
    if (set.error.code === 'track_not_found') {
      const refused = refusal(NOT_FOUND, set.error);
      return reply(refused.status, refused.body);
    }
    const refused = invalidInput([faultOf(set.error, shares)]);
    return reply(refused.status, refused.body);
  });

  serve(getSplit, async ({ params }, reply, { caller }) => {
    const split = await payout.splitOf(caller.userId, params.trackId as TrackId);
    if (split.ok) return reply(200, split.value === null ? wholeWire(caller.userId) : splitWire(split.value));
    const refused = refusal(NOT_FOUND, split.error);
    return reply(refused.status, refused.body);
  });

  serve(acceptSplit, async ({ params }, reply, { caller }) => {
    const accepted = await payout.acceptShare(caller.userId, params.splitId as SplitVersionId);
    if (accepted.ok) return reply(200, splitWire(accepted.value));
    const refused = refusal(SPLIT_NOT_FOUND, accepted.error);
    return reply(refused.status, refused.body);
  });

  serve(declineSplit, async ({ params }, reply, { caller }) => {
    const declined = await payout.declineShare(caller.userId, params.splitId as SplitVersionId);
    if (declined.ok) return reply(200, splitWire(declined.value));
    const refused = refusal(DECLINE_STATUS, declined.error);
    return reply(refused.status, refused.body);
  });
};

const faultOf = (error: UnknownCollaborator | SplitRefused, shares: readonly { readonly userId: UserId }[]) =>
  error.code === 'split_refused'
    ? REFUSALS[error.reason]
    : {
        field: `shares[${shares.findIndex(({ userId }) => userId === error.userId)}].userId`,
        message: 'must be the id of a user',
      };

const splitWire = ({ version, declined }: AgreedSplit): Static<typeof Split> => ({
  effectiveFrom: dayOf(monthStart(version.effectiveFrom)),
  shares: version.shares.map(({ userId, basisPoints, acceptedAt }) => ({
    userId,
    basisPoints,
    splitId: version.id,
    accepted: acceptedAt !== null,
    declined: declined.has(userId),
  })),
});

/** Where nothing was ever agreed, all of it is the owner's. */
const wholeWire = (ownerId: UserId): Static<typeof Split> => ({
  effectiveFrom: null,
  shares: [{ userId: ownerId, basisPoints: WHOLE_BASIS_POINTS, splitId: null, accepted: true, declined: false }],
});
