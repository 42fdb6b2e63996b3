import type { ImageRef, ImagesAway } from '../accounts/index.ts';
import { type Result, ok } from '../kernel/index.ts';
import type { CatalogPorts } from './ports.ts';
import type { TrackId } from './track.ts';

/** Brings an artwork to where pictures stay, if it is still the track's. Again changes nothing. */
export const settleArtwork =
  ({ uow, images, clock }: CatalogPorts) =>
  async (trackId: TrackId, artwork: ImageRef): Promise<Result<null, ImagesAway>> => {
    const settled = await images.settle(artwork);
    if (!settled.ok) return settled;
    const { value: ref } = settled;
    if (ref === null || ref === artwork) return ok(null);
    const taken = await uow.run(async ({ tracks, outbox }) => {
      const track = await tracks.find(trackId);
      if (track === null || track.removedAt !== null) return ok(false);
      if (track.artwork === ref) return ok(true);
      if (track.artwork !== artwork) return ok(false);
      await tracks.save({ ...track, artwork: ref });
      await outbox.append({ type: 'catalog.artwork_replaced', trackId, previous: artwork, occurredAt: clock.now() });
      return ok(true);
    });
    if (!taken.value) await images.remove(ref);
    return ok(null);
  };
