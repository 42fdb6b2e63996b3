import { choice, decimal, formed, line, list, named, nullable, object, optional, yesOrNo } from './fields.ts';
import { problem, route } from './route.ts';
import { Track } from './track.ts';
import { Id, Time, limitQuery } from './wire.ts';

export const Recommendation = named('Recommendation', {
  track: Track,
  score: decimal(-1e15, 1e15, { description: 'Higher is better; comparable within one answer only.' }),
  reason: named('RecommendationReason', {
    kind: choice(['because-you-played', 'fans-like-you', 'sounds-like', 'new-and-rising', 'popular']),
    trackId: optional(Id),
  }),
});

const RecommenderModel = named('RecommenderModel', {
  version: line(1, 200),
  trainedAt: Time,
  source: choice(['engine', 'popularity']),
  rung: choice(['engine', 'last-good', 'neighbours', 'taste', 'editorial', 'popular'], {
    description: 'Which of the ways to an answer led there; the better ones come first.',
  }),
  degraded: yesOrNo({ description: 'Whether the engine itself did not answer.' }),
});

const StationCursor = formed('^[A-Za-z0-9_-]+$', 8_192, 'a cursor that the station gave');

export const listenToRadio = route({
  method: 'get',
  path: '/radio',
  summary: 'What a station that began with a track plays next; the cursor is the whole station',
  tag: 'Recommendations',
  auth: 'signed-in',
  query: object({ trackId: Id, cursor: optional(StationCursor), ...limitQuery }),
  responses: {
    200: object({
      items: list(Recommendation, 0, 100),
      nextCursor: nullable(StationCursor),
      model: RecommenderModel,
    }),
    404: problem,
  },
});

export const listRecommendations = route({
  method: 'get',
  path: '/recommendations',
  summary: 'Tracks for the caller, the best first, each with its reason',
  tag: 'Recommendations',
  auth: 'signed-in',
  query: object(limitQuery),
  responses: { 200: object({ items: list(Recommendation, 0, 100), model: RecommenderModel }) },
});
