import { type RejectionReason, listPlays, reportPlay, reportPlays } from '@backline/contracts/http';
import type { TrackId } from '@backline/core/catalog';
import { type BadCursor, instant } from '@backline/core/kernel';
import type { PlayId, PlayOutcome, PlayRejection, PlayReport } from '@backline/core/playback';
import type { Serve } from '../bind.ts';
import { pageRequest, pageWire } from '../cursor.ts';
import type { Dependencies } from '../dependencies.ts';
import { type Refused, invalidInput, problem, refusal } from '../refusal.ts';
import { loggedPlayWire, verdictWire } from './play-wire.ts';

const LIST_STATUS = { bad_cursor: 400 } as const satisfies Record<BadCursor['code'], number>;

const OUTCOME_STATUS = { accepted: 201, duplicate: 200 } as const;

/** A play that may not be recorded, when it is the only one of its request. */
const REJECTIONS = {
  'unknown-track': problem(404, 'unknown-track', 'There is no such track', 'There was no track with this id to hear.'),
  'started-too-long-ago': invalidInput([{ field: 'startedAt', message: 'must lie at most 60 days back' }]),
  'started-in-the-future': invalidInput([{ field: 'startedAt', message: 'must lie at most 2 minutes ahead' }]),
  'play-id-taken': problem(
    409,
    'play-id-taken',
    'The playId is taken',
    'Another listener has reported a play under this playId.',
  ),
} as const satisfies Record<PlayRejection, Refused<number>>;

type ReportWire = {
  readonly playId: string;
  readonly trackId: number;
  readonly startedAt: string;
  readonly msPlayed: number;
};

export const streamRoutes = (serve: Serve, { core, readers }: Dependencies): void => {
  serve(reportPlay, async ({ body }, reply, { caller }) => {
    const [outcome] = await core.playback.recordPlays(caller.userId, [reportOf(body)]);
    if (outcome === undefined) throw new Error('a report without an outcome');
    if (outcome.outcome === 'rejected') {
      const refused = REJECTIONS[outcome.reason];
      return reply(refused.status, refused.body);
    }
    return reply(OUTCOME_STATUS[outcome.outcome], { playId: outcome.playId, ...verdictWire(outcome.verdict) });
  });

  serve(reportPlays, async ({ body }, reply, { caller }) => {
    const outcomes = await core.playback.recordPlays(caller.userId, body.plays.map(reportOf));
    return reply(200, { results: outcomes.map(outcomeWire) });
  });

  serve(listPlays, async ({ query }, reply, { caller }) => {
    const page = pageRequest(query);
    const plays = page.ok ? await readers.plays.playsOf(caller.userId, page.value) : page;
    if (plays.ok) return reply(200, pageWire(plays.value, loggedPlayWire));
    const refused = refusal(LIST_STATUS, plays.error);
    return reply(refused.status, refused.body);
  });
};

/** Letters of a playId compare case-insensitively; digits of a second past milliseconds are dropped. */
const reportOf = ({ playId, trackId, startedAt, msPlayed }: ReportWire): PlayReport => ({
  playId: playId.toLowerCase() as PlayId,
  trackId: trackId as TrackId,
  startedAt: instant(Date.parse(startedAt)),
  msPlayed,
});

const outcomeWire = (outcome: PlayOutcome) =>
  outcome.outcome === 'rejected'
    ? { playId: outcome.playId, outcome: outcome.outcome, reason: outcome.reason satisfies RejectionReason }
    : { playId: outcome.playId, outcome: outcome.outcome, ...verdictWire(outcome.verdict) };
