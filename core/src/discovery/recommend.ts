import type { UserId } from '../accounts/index.ts';
import type { TrackId, TrackNotFound } from '../catalog/index.ts';
import { type Result, err, ok } from '../kernel/index.ts';
import type { DiscoveryPorts, PopularTrack } from './ports.ts';
import type { Recommendations } from './recommendation.ts';

/** What the engine says; popularity where there is none, or where it fails. */
export const recommend =
  (ports: DiscoveryPorts) =>
  async (listenerId: UserId, limit: number): Promise<Recommendations> => {
    const asked = await ports.recommender?.forListener(listenerId, limit);
    return asked?.ok === true
      ? asked.value
      : byPopularity(ports, await ports.popularity.forListener(listenerId, limit));
  };

export const recommendSimilar =
  (ports: DiscoveryPorts) =>
  async (trackId: TrackId, limit: number): Promise<Result<Recommendations, TrackNotFound>> => {
    if ((await ports.catalog.track(trackId)) === null) return err({ code: 'track_not_found' });
    const asked = await ports.recommender?.similarTo(trackId, limit);
    return ok(asked?.ok === true ? asked.value : byPopularity(ports, await ports.popularity.like(trackId, limit)));
  };

/** The score falls with the rank, so that it orders as the list does whatever the counts. */
const byPopularity = ({ clock }: DiscoveryPorts, tracks: readonly PopularTrack[]): Recommendations => ({
  items: tracks.map(({ trackId }, rank) => ({ trackId, score: 1 / (rank + 1), reason: { kind: 'popular' } })),
  model: { version: 'popularity-1', trainedAt: clock.now(), source: 'popularity' },
});
