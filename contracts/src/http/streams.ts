import type { Static } from 'typebox';
import { choice, integer, line, list, named, nullable, object, optional, yesOrNo } from './fields.ts';
import { problem, route } from './route.ts';
import { Id, PlayId, Time, page, pageQuery } from './wire.ts';

export const MAX_BATCH_PLAYS = 500;

const DAY_MS = 86_400_000;

export const MsPlayed = integer(0, DAY_MS, { description: 'Milliseconds heard.' });

const UNPAID = ['too-short', 'self-play', 'unfunded', 'daily-cap', 'overlapping', 'held', 'too-late'] as const;

export const UnpaidReason = choice(UNPAID, {
  description: 'Why the play is not paid; provisional until its month is closed.',
});
export type UnpaidReason = Static<typeof UnpaidReason>;

const REJECTED = ['unknown-track', 'started-too-long-ago', 'started-in-the-future', 'play-id-taken'] as const;

export const RejectionReason = choice(REJECTED);
export type RejectionReason = Static<typeof RejectionReason>;

export const PlayReport = named('PlayReport', {
  playId: PlayId,
  trackId: Id,
  startedAt: Time,
  msPlayed: MsPlayed,
});

export const PlayVerdict = named('PlayVerdict', {
  playId: PlayId,
  payable: yesOrNo(),
  reason: nullable(UnpaidReason),
});

const BatchResult = named(
  'BatchResult',
  {
    playId: PlayId,
    outcome: choice(['accepted', 'duplicate', 'rejected']),
    payable: optional(yesOrNo()),
    reason: optional(nullable(choice([...UNPAID, ...REJECTED]))),
  },
  {
    description:
      '`payable` is absent when the play was rejected; `reason` says then why, and otherwise why it is not paid (null when it is).',
  },
);

export const HeardPlay = named('HeardPlay', {
  playId: PlayId,
  trackId: Id,
  title: line(0, 200),
  artistName: nullable(line(0, 100)),
  startedAt: Time,
  msPlayed: MsPlayed,
});

export const LoggedPlay = named('LoggedPlay', {
  playId: PlayId,
  trackId: Id,
  title: line(0, 200),
  artistName: nullable(line(0, 100)),
  startedAt: Time,
  msPlayed: MsPlayed,
  payable: yesOrNo(),
  reason: nullable(UnpaidReason),
});

export const reportPlay = route({
  method: 'post',
  path: '/streams',
  summary: 'Reports one play; answered once it is durable. The same playId again: 200 with the first answer',
  tag: 'Streams',
  auth: 'signed-in',
  body: PlayReport,
  responses: { 200: PlayVerdict, 201: PlayVerdict, 404: problem, 409: problem },
});

export const reportPlays = route({
  method: 'post',
  path: '/streams/batch',
  summary: 'Reports plays of a player that was offline; results are in the order sent',
  tag: 'Streams',
  auth: 'signed-in',
  body: object({ plays: list(PlayReport, 1, MAX_BATCH_PLAYS) }),
  responses: { 200: object({ results: list(BatchResult, 1, MAX_BATCH_PLAYS) }) },
});

export const listPlays = route({
  method: 'get',
  path: '/streams',
  summary: "The caller's own plays, newest first",
  tag: 'Streams',
  auth: 'signed-in',
  query: object(pageQuery),
  responses: { 200: page(LoggedPlay) },
});
