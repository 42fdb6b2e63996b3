import type { MediaKey, TrackId } from '@backline/core/catalog';
import {
  type ModelTrainer,
  type TrainingFiles,
  type TrainingMark,
  type TrainingPlay,
  type TrainingReader,
  type TrainingTrack,
} from '@backline/core/discovery';
import { type Day, dayOf, err } from '@backline/core/kernel';
import { isHolding } from '@backline/core/payout';
import type { Play } from '@backline/core/playback';
import { renditionsIn } from './processing.ts';
import type { Readable } from './state.ts';

const BELIEVED_LITTLE = 0.1;

/** All days are changed each time. */
export const trainingReader = (state: Readable): TrainingReader => {
  const isTold = ({ listenerId, judgment: { verdict } }: Play): boolean =>
    state.users.get(listenerId)?.erasedAt === null && verdict !== 'self-play' && verdict !== 'overlapping';
  const isSuspect = ({ listenerId }: Play): boolean => state.holds.where('listener', listenerId).some(isHolding);

  return {
    changedDays: async (_since, now) => ({
      days: [...new Set(state.plays.all().map(({ startedAt }) => dayOf(startedAt)))].sort(),
      mark: { logPosition: 0, at: now },
    }),
    plays: async (day, take) =>
      take(
        state.plays
          .all()
          .filter((play) => dayOf(play.startedAt) === day && isTold(play))
          .map((play): TrainingPlay => {
            const { listenerId, trackId, artistId, startedAt, msPlayed, judgment } = play;
            const trust = judgment.verdict === 'held' || isSuspect(play) ? BELIEVED_LITTLE : 1;
            return { listenerId, trackId, artistId, startedAt, msPlayed, trust };
          }),
      ),
    tracks: async (take) =>
      take(
        state.tracks
          .all()
          .filter(({ removedAt, status }) => removedAt === null && status !== 'processing')
          .toSorted((a, b) => a.id - b.id)
          .map(({ id, artistId, tags, genre, releasedOn, audio }): TrainingTrack => ({
            trackId: id,
            artistId,
            tags,
            genre,
            releasedOn,
            durationMs: audio.durationMs,
            preview: previewOf(state, id),
          })),
      ),
  };
};

const previewOf = (state: Readable, id: TrackId): MediaKey | null =>
  renditionsIn(state, id).find(({ name, kept }) => kept && name === 'preview-opus')?.key ?? null;

export type MemoryTrainingFiles = TrainingFiles & {
  readonly days: () => ReadonlyMap<Day, readonly TrainingPlay[]>;
  readonly tracks: () => readonly TrainingTrack[];
};

export const memoryTrainingFiles = (): MemoryTrainingFiles => {
  const days = new Map<Day, readonly TrainingPlay[]>();
  let tracks: readonly TrainingTrack[] = [];
  let mark: TrainingMark | null = null;
  return {
    days: () => days,
    tracks: () => tracks,
    mark: async () => mark,
    replaceDay: async (day, fill) => {
      const plays: TrainingPlay[] = [];
      await fill((rows) => void plays.push(...rows));
      if (plays.length > 0) days.set(day, plays);
      else days.delete(day);
    },
    replaceTracks: async (fill) => {
      const all: TrainingTrack[] = [];
      await fill((rows) => void all.push(...rows));
      tracks = all;
    },
    saveMark: async (reached) => {
      mark = reached;
    },
  };
};

/** There is none here. */
export const noTrainer: ModelTrainer = {
  train: async () => err({ code: 'training_refused', reason: 'there is no engine here' }),
};
