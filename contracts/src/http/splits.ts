import { integer, list, named, nullable, object, yesOrNo } from './fields.ts';
import { problem, route } from './route.ts';
import { FirstOfMonth, Id } from './wire.ts';

const BasisPoints = integer(1, 10_000, {
  description: 'Hundredths of a percent; those of all shares add up to 10,000.',
});

const MAX_SHARES = 100;

const Share = named('SplitShare', {
  userId: Id,
  basisPoints: BasisPoints,
  splitId: nullable(Id),
  accepted: yesOrNo({ description: 'Until then the share is kept for its owner, and given to nobody else.' }),
  declined: yesOrNo(),
});

export const Split = named('Split', {
  effectiveFrom: nullable(FirstOfMonth),
  shares: list(Share, 1, MAX_SHARES),
});

const trackParams = object({ trackId: Id });
const splitParams = object({ splitId: Id });

export const setSplit = route({
  method: 'put',
  path: '/tracks/:trackId/splits',
  summary: "Says how a track's earnings are shared from the first day of a month on",
  tag: 'Payouts',
  auth: 'artist',
  params: trackParams,
  body: object({
    effectiveFrom: FirstOfMonth,
    shares: list(object({ userId: Id, basisPoints: BasisPoints }), 1, MAX_SHARES),
  }),
  responses: { 200: Split, 404: problem },
});

export const getSplit = route({
  method: 'get',
  path: '/tracks/:trackId/splits',
  summary: "How a track's earnings are shared; for its owner and whoever has a share",
  tag: 'Payouts',
  auth: 'signed-in',
  params: trackParams,
  responses: { 200: Split, 404: problem },
});

export const acceptSplit = route({
  method: 'post',
  path: '/splits/:splitId/accept',
  summary: "Accepts the caller's share",
  tag: 'Payouts',
  auth: 'signed-in',
  params: splitParams,
  responses: { 200: Split, 404: problem },
});

export const declineSplit = route({
  method: 'post',
  path: '/splits/:splitId/decline',
  summary: "Declines the caller's share, which stays kept for them",
  tag: 'Payouts',
  auth: 'signed-in',
  params: splitParams,
  responses: { 200: Split, 404: problem, 409: problem },
});
