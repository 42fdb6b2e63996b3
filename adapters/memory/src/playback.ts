import type { UserId } from '@backline/core/accounts';
import { type Instant, monthOf } from '@backline/core/kernel';
import {
  type Judgment,
  type Play,
  type PlayId,
  type PlayReader,
  type PlayRepository,
  type PlayView,
  type Verdict,
  byStart,
} from '@backline/core/playback';
import { type Listing, listPage } from './keyset.ts';
import { reportedPlaysOf } from './rollup.ts';
import type { Drafts, Movement, Readable, Sequence } from './state.ts';

export const playRepository = (drafts: Drafts, nextMovement: Sequence): PlayRepository => {
  const { plays, tracks, subscriptions } = drafts;
  return {
    lock: async () => {},
    recorded: async (ids) =>
      [...new Set(ids)].flatMap((id) => {
        const play = plays.get(id);
        if (play === undefined) return [];
        const { playId, listenerId, firstVerdict } = play;
        return [{ playId, listenerId, firstVerdict }];
      }),
    inWindows: async (windows) =>
      windows.flatMap(({ listenerId, from, until }) =>
        plays
          .where('listener', listenerId)
          .filter(({ startedAt }) => from <= startedAt && startedAt < until)
          .sort(byStart),
      ),
    append: async (added) => {
      const taken = added.map(({ playId }) => playId).filter((id) => plays.get(id) !== undefined);
      if (taken.length === 0) for (const play of added) append(drafts, nextMovement, play);
      return taken;
    },
    rejudge: async (changes) => {
      for (const { play, judgment } of changes) rejudge(drafts, nextMovement, play.playId, judgment);
    },
    trackFacts: async (ids) =>
      [...new Set(ids)].flatMap((id) => {
        const track = tracks.get(id);
        if (track === undefined) return [];
        const { artistId, audio, removedAt } = track;
        return [{ trackId: id, artistId, durationMs: audio.durationMs, removedAt }];
      }),
    funding: async (listeners) =>
      listeners.flatMap((listenerId) =>
        subscriptions.where('user', listenerId).flatMap(({ paid }) => paid.map((span) => ({ ...span, listenerId }))),
      ),
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
