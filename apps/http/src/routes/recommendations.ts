import { listRecommendations, listSimilarTracks } from '@backline/contracts/http';
import type { TrackId, TrackNotFound } from '@backline/core/catalog';
import type { Recommendation, Recommendations } from '@backline/core/discovery';
import { isoText } from '@backline/core/kernel';
import type { Serve } from '../bind.ts';
import type { Dependencies } from '../dependencies.ts';
import { refusal } from '../refusal.ts';
import { trackWire } from './track-wire.ts';

const SIMILAR_STATUS = { track_not_found: 404 } as const satisfies Record<TrackNotFound['code'], number>;

export const recommendationRoutes = (serve: Serve, deps: Dependencies): void => {
  const { discovery } = deps.core;

  serve(listRecommendations, async ({ query }, reply, { caller }) => {
    const recommended = await discovery.recommend(caller.userId, query.limit);
    return reply(200, { items: await itemsWire(deps, recommended), model: modelWire(recommended) });
  });

  serve(listSimilarTracks, async ({ params, query }, reply) => {
    const recommended = await discovery.recommendSimilar(params.trackId as TrackId, query.limit);
    if (recommended.ok) return reply(200, { items: await itemsWire(deps, recommended.value), nextCursor: null });
    const refused = refusal(SIMILAR_STATUS, recommended.error);
    return reply(refused.status, refused.body);
  });
};

/** A track that was removed meanwhile is left out. */
const itemsWire = async ({ readers, imageUrl }: Dependencies, { items }: Recommendations) => {
  const toTrack = trackWire(imageUrl);
  const found = await Promise.all(
    items.map(async (item) => {
      const track = await readers.catalog.track(item.trackId);
      return track === null ? [] : [{ track: toTrack(track), score: item.score, reason: reasonWire(item) }];
    }),
  );
  return found.flat();
};

const reasonWire = ({ reason }: Recommendation) =>
  'trackId' in reason ? { kind: reason.kind, trackId: reason.trackId } : { kind: reason.kind };

const modelWire = ({ model }: Recommendations) => ({
  version: model.version,
  trainedAt: isoText(model.trainedAt),
  source: model.source,
});
