import type { UserId } from '@backline/core/accounts';
import type { Track } from '@backline/core/catalog';
import { type Instant, dayStart, invariant, monthOf } from '@backline/core/kernel';
import {
  type Judgment,
  type Play,
  type PlayId,
  type PlayReader,
  type PlayReport,
  type PlayRepository,
  type PlayView,
  type Surroundings,
  type TrackFacts,
  type Verdict,
  byStart,
  endOf,
} from '@backline/core/playback';
import { heldDaysOf, heldTracksOf } from './holds.ts';
import { type Listing, listPage } from './keyset.ts';
import { reportedPlaysOf } from './rollup.ts';
import { earningOf } from './splits.ts';
import type { Drafts, Movement, Readable, Sequence } from './state.ts';

/** Verdicts of plays that count towards the daily cap, or lie beyond it. */
const COUNTING: readonly Verdict[] = ['payable', 'held', 'daily-cap'];

export const playRepository = (drafts: Drafts, nextMovement: Sequence): PlayRepository => {
  const { plays, tracks, subscriptions } = drafts;
  return {
    lock: async () => {},
    factsOf: async (reports) =>
      reports.map((report) => ({
        recorded: plays.get(report.playId) ?? null,
        track: trackFacts(tracks.get(report.trackId)),
        around: surroundings(report, plays.where('listener', report.listenerId)),
      })),
    inWindows: async (windows) =>
      windows.flatMap(({ listenerId, from, until }) =>
        plays
          .where('listener', listenerId)
          .filter(({ startedAt }) => from <= startedAt && startedAt < until)
          .sort(byStart),
      ),
    append: async (added) => {
      for (const play of added) {
        invariant(plays.get(play.playId) === undefined, `the play id ${play.playId} is taken`);
        append(drafts, nextMovement, play);
      }
    },
    rejudge: async (changes) => {
      for (const { play, judgment } of changes) rejudge(drafts, nextMovement, play.playId, judgment);
    },
    listenerFacts: async (listeners) =>
      new Map(
        listeners.map((listenerId) => [
          listenerId,
          {
            funding: subscriptions.where('user', listenerId).flatMap(({ paid }) => paid),
            earning: earningOf(drafts, listenerId),
            heldDays: heldDaysOf(drafts, listenerId),
          },
        ]),
      ),
    heldTracks: async (tracks) => heldTracksOf(drafts, tracks),
  };
};

const trackFacts = (track: Track | undefined): TrackFacts | null =>
  track === undefined
    ? null
    : { artistId: track.artistId, durationMs: track.audio.durationMs, removedAt: track.removedAt };

const surroundings = (report: PlayReport, recorded: readonly Play[]): Surroundings => {
  const { startedAt } = report;
  const isFollowed = recorded.some(
    (play) => play.startedAt === startedAt || (play.startedAt > startedAt && play.startedAt < endOf(report)),
  );
  const heard = recorded.find(
    (play) => play.judgment.occupying && play.startedAt < startedAt && endOf(play) > startedAt,
  );
  return {
    isFollowed,
    heardUntil: heard === undefined || isFollowed ? null : endOf(heard),
    paidThatDay: recorded.filter(
      (play) =>
        play.trackId === report.trackId &&
        dayStart(play.startedAt) === dayStart(startedAt) &&
        COUNTING.includes(play.judgment.verdict),
    ).length,
  };
};

const append = ({ plays, movements }: Drafts, nextMovement: Sequence, play: Play): void => {
  plays.put(play);
  movements.put(movementOf(nextMovement(), play, play.judgment.verdict, 1, 1));
};

const rejudge = ({ plays, movements }: Drafts, nextMovement: Sequence, id: PlayId, judgment: Judgment): void => {
  const play = plays.get(id);
  if (play === undefined) return;
  plays.put({ ...play, judgment });
  if (play.judgment.verdict === judgment.verdict) return;
  movements.put(movementOf(nextMovement(), play, play.judgment.verdict, -1, 0));
  movements.put(movementOf(nextMovement(), play, judgment.verdict, 1, 0));
};

const movementOf = (
  sequence: number,
  { artistId, trackId, listenerId, startedAt }: Play,
  verdict: Verdict,
  added: Movement['added'],
  reported: Movement['reported'],
): Movement => ({ sequence, artistId, trackId, listenerId, month: monthOf(startedAt), verdict, added, reported });

export const playReader = (state: Readable): PlayReader => {
  const listing: Listing<Play, PlayView> = {
    name: 'plays',
    ...NEWEST_FIRST,
    view: (play) => {
      const { playId, trackId, startedAt, msPlayed, judgment } = play;
      return {
        playId,
        trackId,
        title: titleOf(state, play),
        artistName: artistNameOf(state, play.artistId),
        startedAt,
        msPlayed,
        verdict: judgment.verdict,
      };
    },
  };
  return {
    playsOf: async (listenerId, page) => listPage(listing, state.plays.where('listener', listenerId), page),
    playCountOf: async (listenerId) => reportedPlaysOf(state, listenerId),
  };
};

/** The order of every list of plays. */
export const NEWEST_FIRST = {
  direction: 'descending',
  kinds: ['number', 'string'],
  keysOf: ({ startedAt, playId }: Play): readonly [Instant, PlayId] => [startedAt, playId],
} as const;

export const titleOf = ({ tracks }: Readable, { trackId }: Play): string => tracks.get(trackId)?.title ?? '';

const artistNameOf = ({ users }: Readable, artistId: UserId): string | null =>
  users.get(artistId)?.profile.displayName ?? null;
