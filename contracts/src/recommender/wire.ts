import type { Static } from 'typebox';
import { choice, decimal, integer, line, list, named, nullable, optional, yesOrNo } from '../http/fields.ts';
import { Count, Id, Time } from '../http/wire.ts';

/*
 * What the app and the Python engine say to one another. Nothing here is money, and nothing names a listener:
 * the engine is told what was played, and keeps none of it.
 */

const MAX_PLAYS = 100_000;
const MAX_EXCLUDED = 100_000;
const MAX_RADIO_PLAYED = 10_000;

const Limit = integer(1, 100, { default: 20 });

/** Answers are the same for the same request, seed and model version. */
const Seed = integer(0, 2 ** 53 - 1, { default: 0 });

/** One play, the newest not necessarily first. `weight` replaces what `msPlayed` would be worth; with neither it is 1. */
export const RecentPlay = named('RecentPlay', {
  trackId: Id,
  startedAt: Time,
  msPlayed: optional(integer(0, 86_400_000)),
  weight: optional(decimal(0, 1_000)),
});
export type RecentPlay = Static<typeof RecentPlay>;

/** Tracks in `recent` or `exclude` are never answered; ids that the model doesn't know are passed over. */
export const ForYouRequest = named('ForYouRequest', {
  recent: list(RecentPlay, 0, MAX_PLAYS),
  exclude: optional(list(Id, 0, MAX_EXCLUDED)),
  limit: optional(Limit),
  seed: optional(Seed),
  explore: optional(yesOrNo({ description: 'Whether one place in ten tries a new track. Absent: it does.' })),
});
export type ForYouRequest = Static<typeof ForYouRequest>;

export const SimilarRequest = named('SimilarRequest', {
  trackId: Id,
  exclude: optional(list(Id, 0, MAX_EXCLUDED)),
  limit: optional(Limit),
});
export type SimilarRequest = Static<typeof SimilarRequest>;

/** A station that began with one track; `played` is what it has played since, the oldest first. */
export const RadioRequest = named('RadioRequest', {
  seedTrackId: Id,
  played: optional(list(Id, 0, MAX_RADIO_PLAYED)),
  exclude: optional(list(Id, 0, MAX_EXCLUDED)),
  limit: optional(Limit),
  seed: optional(Seed),
});
export type RadioRequest = Static<typeof RadioRequest>;

/** `trackId` stands with `because-you-played` and `sounds-like`, and is always one that the request named. */
export const EngineReason = named('EngineReason', {
  kind: choice(['because-you-played', 'fans-like-you', 'sounds-like', 'new-and-rising', 'popular']),
  trackId: optional(Id),
});
export type EngineReason = Static<typeof EngineReason>;

export const EngineItem = named('EngineItem', {
  trackId: Id,
  score: decimal(-1e15, 1e15, {
    description:
      'Comparable within one answer only; higher is better. Falls along a list, where a track that is tried for being new has the score of its place; not along a station.',
  }),
  reason: EngineReason,
  source: choice(['ranker', 'content', 'recent', 'explore'], { description: 'Which candidates it came from.' }),
  propensity: decimal(0, 1, {
    description:
      'How likely this track was to stand at this place, those before it given, had chance fallen differently.',
  }),
});
export type EngineItem = Static<typeof EngineItem>;

const EngineModel = named('EngineModel', { version: line(1, 200), trainedAt: Time });

/**
 * At most `limit` items, none twice, none excluded, at most 2 of an artist in each ten: the best first, or for a
 * station in the order of play. Fewer where no more are to the listener's taste.
 */
export const EngineAnswer = named('EngineAnswer', { items: list(EngineItem, 0, 100), model: EngineModel });
export type EngineAnswer = Static<typeof EngineAnswer>;

/** What serves now. `model` is null until something was trained. */
export const EngineStatus = named('EngineStatus', {
  model: nullable(
    named('EngineModelStatus', {
      version: line(1, 200),
      trainedAt: Time,
      trainer: choice(['local', 'spark']),
      family: line(1, 100),
      tracks: Count,
      listeners: Count,
      dataThrough: nullable(Time),
    }),
  ),
  refused: nullable(
    named(
      'RefusedModel',
      { version: line(1, 200), why: line(1, 500) },
      { description: 'The newest artefact, if broken.' },
    ),
  ),
});
export type EngineStatus = Static<typeof EngineStatus>;
