import { listRecommendations, listSimilarTracks, listenToRadio } from '@backline/contracts/http';
import type { TrackId, TrackNotFound } from '@backline/core/catalog';
import type { ShownRecommendation, ShownRecommendations } from '@backline/core/discovery';
import { isoText } from '@backline/core/kernel';
import type { Serve } from '../bind.ts';
import type { Dependencies } from '../dependencies.ts';
import { readStation, writeStation } from '../station-cursor.ts';
import { invalidInput, refusal } from '../refusal.ts';
import { type ImageUrl, trackWire } from './track-wire.ts';

const NOT_FOUND = { track_not_found: 404 } as const satisfies Record<TrackNotFound['code'], number>;

export const recommendationRoutes = (serve: Serve, { core, imageUrl, countRung }: Dependencies): void => {
  const { discovery } = core;

  serve(listRecommendations, async ({ query }, reply, { caller }) => {
    const shown = await discovery.recommend(caller.userId, query.limit);
    countRung('for-you', shown.rung);
    return reply(200, { items: itemsWire(imageUrl, shown), model: modelWire(shown) });
  });

  serve(listSimilarTracks, async ({ params, query }, reply, { caller }) => {
    const shown = await discovery.recommendSimilar(caller.userId, params.trackId as TrackId, query.limit);
    if (shown.ok) {
      countRung('similar', shown.value.rung);
      return reply(200, { items: itemsWire(imageUrl, shown.value), nextCursor: null });
    }
    const refused = refusal(NOT_FOUND, shown.error);
    return reply(refused.status, refused.body);
  });

  serve(listenToRadio, async ({ query }, reply, { caller }) => {
    const station = readStation(query.trackId as TrackId, query.cursor);
    if (station === null) {
      const refused = invalidInput([{ field: 'cursor', message: 'must be one that this station gave' }]);
      return reply(refused.status, refused.body);
    }
    const shown = await discovery.radioNext(caller.userId, station, query.limit);
    if (!shown.ok) {
      const refused = refusal(NOT_FOUND, shown.error);
      return reply(refused.status, refused.body);
    }
    const { next, items, rung } = shown.value;
    countRung('radio', rung);
    return reply(200, {
      items: itemsWire(imageUrl, shown.value),
      nextCursor: items.length === 0 ? null : writeStation(next),
      model: modelWire(shown.value),
    });
  });
};

const itemsWire = (imageUrl: ImageUrl, { items }: ShownRecommendations) => {
  const toTrack = trackWire(imageUrl);
  return items.map((item) => ({ track: toTrack(item.track), score: item.score, reason: reasonWire(item) }));
};

const reasonWire = ({ reason }: ShownRecommendation) =>
  'trackId' in reason ? { kind: reason.kind, trackId: reason.trackId } : { kind: reason.kind };

const BY_THE_ENGINE = ['engine', 'last-good', 'neighbours'];

const modelWire = ({ model, rung }: ShownRecommendations) => ({
  version: model.version,
  trainedAt: isoText(model.trainedAt),
  source: BY_THE_ENGINE.includes(rung) ? ('engine' as const) : ('popularity' as const),
  rung,
  degraded: rung !== 'engine',
});
