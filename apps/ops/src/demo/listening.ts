import type { TrackId } from '@backline/core/catalog';
import { HOUR_MS, type Ids, type Instant, MINUTE_MS, after } from '@backline/core/kernel';
import type { PlayId, PlayReport } from '@backline/core/playback';
import type { Random } from './random.ts';

export type HeardTrack = { readonly trackId: TrackId; readonly durationMs: number };

export type ListeningDay = {
  /** 24 h from this instant. */
  readonly day: Instant;
  /** Counted from 0; decides how much and what this fan likes. */
  readonly fan: number;
  readonly tracks: readonly HeardTrack[];
  readonly random: Random;
  readonly ids: Ids;
};

const FEWEST_PLAYS = 6;
const MORE_PLAYS = 14;
const SKIPPED = 0.12;
const SKIPPED_AFTER_MS = 14_000;
/** Each further track in a fan's order of liking is heard this much less often. */
const LIKING = 0.7;

/** One fan's plays of a day, one after the other: mostly whole songs, favourites more often, now and then a skip. */
export const listeningDay = ({ day, fan, tracks, random, ids }: ListeningDay): readonly PlayReport[] => {
  const plays = FEWEST_PLAYS + Math.floor(random() * MORE_PLAYS) + (fan === 0 ? MORE_PLAYS : 0);
  const favourites = tracks.map((_, index) => tracks[(index * 3 + fan * 2) % tracks.length]);
  let startedAt = after(day, 7 * HOUR_MS + Math.floor(random() * 10 * HOUR_MS));

  return Array.from({ length: plays }, () => pick(favourites, random)).flatMap((track): readonly PlayReport[] => {
    if (track === undefined) return [];
    const msPlayed = random() < SKIPPED ? SKIPPED_AFTER_MS : track.durationMs;
    const play = { playId: ids.uuid() as PlayId, trackId: track.trackId, startedAt, msPlayed };
    startedAt = after(startedAt, msPlayed + Math.floor(random() * 3 * MINUTE_MS));
    return [play];
  });
};

/** The first with probability 1 - LIKING, else the next by the same rule; past the last, the first. */
const pick = <T>(inOrderOfLiking: readonly T[], random: Random): T | undefined =>
  inOrderOfLiking.find(() => random() > LIKING) ?? inOrderOfLiking[0];
