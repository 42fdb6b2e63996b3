import type { UserId } from '../accounts/index.ts';
import type { TrackId, TrackNotFound } from '../catalog/index.ts';
import { DAY_MS, type Instant, type Result, err, ok } from '../kernel/index.ts';
import { type Attempt, answered, climb, ranked, withSlack } from './ladder.ts';
import type { DiscoveryPorts, Taste } from './ports.ts';
import type { ShownRecommendations } from './recommendation.ts';

/** What the engine said longer ago no longer counts (recommender.md, Fallback). */
const LAST_GOOD_MS = DAY_MS;

/** What the engine says; where it is away or has nothing, the next best that there is. */
export const recommend =
  (ports: DiscoveryPorts) =>
  async (listenerId: UserId, limit: number): Promise<ShownRecommendations> => {
    const { popularity, clock, impressions } = ports;
    const taste = await ports.tastes.tasteOf(listenerId);
    const attempts: readonly Attempt[] = [
      ...modelsFor(ports, listenerId, taste, limit),
      {
        rung: 'taste',
        ask: async () => ranked(ports, 'popularity', await popularity.toTasteOf(listenerId, withSlack(limit))),
      },
      {
        rung: 'editorial',
        ask: async () =>
          ranked(
            ports,
            'editorial',
            ports.editorial.map((trackId) => ({ trackId })),
          ),
      },
    ];
    const shown = await climb(
      ports,
      attempts,
      {
        rung: 'popular',
        ask: async () => ranked(ports, 'popularity', await popularity.forListener(listenerId, withSlack(limit))),
      },
      { limit, exclude: new Set(taste.known) },
    );
    await impressions.append({ listenerId, surface: 'for-you', at: clock.now(), ...impressionOf(shown) });
    return shown;
  };

const modelsFor = (
  { recommender, neighbours, lastGood, clock }: DiscoveryPorts,
  listenerId: UserId,
  { recent, known }: Taste,
  limit: number,
): readonly Attempt[] => {
  const asked = { recent, exclude: known, limit: withSlack(limit), seed: seedOf(listenerId, clock.now()) };
  return [
    {
      rung: 'engine',
      ask: async () => {
        const list = answered(await recommender?.forYou(asked));
        if (list !== null && list.items.length > 0) await lastGood.save(listenerId, list, clock.now());
        return list;
      },
    },
    {
      rung: 'last-good',
      ask: async () => {
        const kept = await lastGood.find(listenerId);
        return kept !== null && clock.now() - kept.savedAt <= LAST_GOOD_MS ? kept.list : null;
      },
    },
    { rung: 'neighbours', ask: async () => answered(await neighbours?.forYou(asked)) },
  ];
};

/** One list a day, as far as chance goes. */
const seedOf = (listenerId: UserId, now: Instant): number => Math.floor(now / DAY_MS) * 1_009 + (listenerId % 1_009);

export const recommendSimilar =
  (ports: DiscoveryPorts) =>
  async (listenerId: UserId, trackId: TrackId, limit: number): Promise<Result<ShownRecommendations, TrackNotFound>> => {
    const { recommender, neighbours, popularity, catalog, clock, impressions } = ports;
    if ((await catalog.track(trackId)) === null) return err({ code: 'track_not_found' });
    const asked = { trackId, exclude: [], limit: withSlack(limit) };
    const shown = await climb(
      ports,
      [
        { rung: 'engine', ask: async () => answered(await recommender?.similar(asked)) },
        { rung: 'neighbours', ask: async () => answered(await neighbours?.similar(asked)) },
      ],
      {
        rung: 'popular',
        ask: async () => ranked(ports, 'popularity', await popularity.like(trackId, withSlack(limit))),
      },
      { limit, exclude: new Set([trackId]) },
    );
    await impressions.append({ listenerId, surface: 'similar', at: clock.now(), ...impressionOf(shown) });
    return ok(shown);
  };

export const impressionOf = ({ items, model, rung }: ShownRecommendations) => ({
  modelVersion: model.version,
  rung,
  items: items.map(({ trackId, source, propensity }) => ({ trackId, source, propensity })),
});
