import { choice, integer, line, named, nullable, object, optional, yesOrNo } from './fields.ts';
import { problem, route } from './route.ts';
import { MsPlayed, UnpaidReason } from './streams.ts';
import { Count, Currency, Day, Id, Micros, Period, PlayId, Time, page, pageQuery } from './wire.ts';

const OpenPeriod = named('OpenPeriod', { period: Period, payablePlays: Count, accruedMicros: Micros });

const Rate = named('Rate', {
  perPlayMicros: Micros,
  referencePerPlayMicros: Micros,
  multiplier: integer(2, 2, { description: 'What artists are promised, as a multiple of the reference.' }),
  source: line(1, 500, { description: 'Where the reference was published.' }),
  effectiveFrom: Day,
});

export const Earnings = named('Earnings', {
  currency: Currency,
  earnedMicros: Micros,
  paidMicros: Micros,
  balanceMicros: Micros,
  openPeriod: OpenPeriod,
  rate: Rate,
});

const PlayHold = named(
  'PlayHold',
  {
    code: choice(['many-plays', 'mostly-one-artist', 'same-recording']),
    explanation: line(1, 300, { description: 'The same in words, with the numbers.' }),
    refused: yesOrNo({
      description: 'Whether somebody has looked at it and it stays unpaid. Until then it may be paid.',
    }),
  },
  { description: 'Why a play is held: what the account did that day, never whose it is.' },
);

export const TrackHold = named(
  'TrackHold',
  {
    code: choice(['same-recording']),
    explanation: line(1, 300, { description: 'The same in words.' }),
    asTrackId: Id,
    heldSince: Time,
    decision: nullable(
      choice(['released', 'refused'], {
        description: 'Null until somebody has looked at it. Released plays are paid.',
      }),
    ),
  },
  { description: 'Why plays of a track are held: its recording is that of another artist’s track.' },
);

const JudgedPlay = named(
  'JudgedPlay',
  {
    playId: PlayId,
    trackId: Id,
    title: line(0, 200),
    startedAt: Time,
    msPlayed: MsPlayed,
    payable: yesOrNo(),
    reason: nullable(UnpaidReason),
    hold: nullable(PlayHold),
    day: Day,
  },
  { description: 'A play as its artist sees it: never who listened. `day` is the UTC day that it counts in.' },
);

export const getEarnings = route({
  method: 'get',
  path: '/payouts',
  summary: 'What the artist earned, was paid, and is earning in the open month',
  tag: 'Payouts',
  auth: 'artist',
  responses: { 200: Earnings },
});

export const getTrackHold = route({
  method: 'get',
  path: '/tracks/:trackId/hold',
  summary: "Whether the plays of the artist's own track are held from pay, and why",
  tag: 'Payouts',
  auth: 'artist',
  params: object({ trackId: Id }),
  responses: { 200: object({ hold: nullable(TrackHold) }), 404: problem },
});

export const listJudgedPlays = route({
  method: 'get',
  path: '/payouts/plays',
  summary: 'Every play that counted or did not, and why; never who listened',
  tag: 'Payouts',
  auth: 'artist',
  query: object({ period: optional(Period), trackId: optional(Id), ...pageQuery }),
  responses: { 200: page(JudgedPlay) },
});
