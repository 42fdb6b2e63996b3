import type { UserId } from '../accounts/index.ts';
import type { TrackId, TrackNotFound } from '../catalog/index.ts';
import { type Result, err, ok } from '../kernel/index.ts';
import { answered, climb, ranked, withSlack } from './ladder.ts';
import type { DiscoveryPorts } from './ports.ts';
import type { ShownRecommendations } from './recommendation.ts';
import { impressionOf } from './recommend.ts';

/** A station as far as it has come: all that there is of it, so that nobody keeps any. */
export type Station = {
  readonly seedTrackId: TrackId;
  /** The oldest first. */
  readonly played: readonly TrackId[];
  readonly seed: number;
};

/** Enough that a station does not repeat itself within an evening. */
export const REMEMBERED = 200;

/** What a station plays next, in the order of play, and where it is then. */
export const radioNext =
  (ports: DiscoveryPorts) =>
  async (
    listenerId: UserId,
    station: Station,
    limit: number,
  ): Promise<Result<ShownRecommendations & { readonly next: Station }, TrackNotFound>> => {
    const { recommender, neighbours, popularity, catalog, clock, impressions } = ports;
    const { seedTrackId, played } = station;
    if ((await catalog.track(seedTrackId)) === null) return err({ code: 'track_not_found' });
    const exclude = new Set([seedTrackId, ...played]);
    const asked = { ...station, limit: withSlack(limit) };
    const shown = await climb(
      ports,
      [
        { rung: 'engine', ask: async () => answered(await recommender?.radioNext(asked)) },
        { rung: 'neighbours', ask: async () => answered(await neighbours?.radioNext(asked)) },
        {
          rung: 'popular',
          ask: async () => ranked(ports, 'popularity', await popularity.like(seedTrackId, 100)),
        },
      ],
      { rung: 'popular', ask: async () => ranked(ports, 'popularity', []) },
      { limit, exclude },
    );
    await impressions.append({ listenerId, surface: 'radio', at: clock.now(), ...impressionOf(shown) });
    const now = [...played, ...shown.items.map(({ trackId }) => trackId)].slice(-REMEMBERED);
    return ok({ ...shown, next: { ...station, played: now } });
  };
