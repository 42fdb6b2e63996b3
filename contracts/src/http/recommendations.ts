import { choice, decimal, line, list, named, object, optional } from './fields.ts';
import { route } from './route.ts';
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
