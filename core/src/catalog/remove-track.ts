import type { UserId } from '../accounts/index.ts';
import { type Instant, type Result, err, ok } from '../kernel/index.ts';
import type { TrackNotFound } from './errors.ts';
import type { CatalogPorts, CatalogStores } from './ports.ts';
import type { Track, TrackId } from './track.ts';

/** Gone from lists and streaming at once; its files follow. Its plays, and what they earned, stay. */
export const removeTrack =
  ({ uow, clock }: CatalogPorts) =>
  (artistId: UserId, trackId: TrackId): Promise<Result<null, TrackNotFound>> =>
    uow.run(async (stores) => {
      const track = await stores.tracks.find(trackId);
      if (track === null || track.artistId !== artistId || track.removedAt !== null)
        return err({ code: 'track_not_found' as const });
      await remove(stores, track, clock.now());
      return ok(null);
    });

/** What follows when an artist's account is erased. */
export const removeAllTracksOf =
  ({ uow, clock }: CatalogPorts) =>
  async (artistId: UserId): Promise<void> => {
    await uow.run(async (stores) => {
      for (const track of await stores.tracks.findAllOf(artistId)) await remove(stores, track, clock.now());
      return ok(null);
    });
  };

const remove = async ({ tracks, outbox }: CatalogStores, track: Track, now: Instant): Promise<void> => {
  await tracks.save({ ...track, removedAt: now });
  await outbox.append({
    type: 'catalog.track_removed',
    trackId: track.id,
    audio: track.audio.key,
    artwork: track.artwork,
    occurredAt: now,
  });
};
