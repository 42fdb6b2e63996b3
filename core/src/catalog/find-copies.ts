import { ok } from '../kernel/index.ts';
import { isSameRecording, searchTerms } from './fingerprint.ts';
import type { CatalogPorts } from './ports.ts';
import type { TrackId } from './track.ts';

/** A track that another artist published before. */
export type Copy = { readonly trackId: TrackId; readonly ofTrackId: TrackId };

/**
 * Which tracks are the same recording as this one, by other artists: of each two the later is the copy. Whichever of
 * two is looked at last finds both, so that they may be published at once.
 */
export const findCopies =
  ({ uow }: CatalogPorts) =>
  async (trackId: TrackId): Promise<readonly Copy[]> => {
    const found = await uow.run(async ({ tracks, fingerprints }) => {
      const [track, own] = [await tracks.find(trackId), await fingerprints.find(trackId)];
      if (track === null || track.removedAt !== null || own === null) return ok([]);
      const alike = await fingerprints.alike(searchTerms(own), track.artistId);
      return ok(alike.filter(({ fingerprint }) => isSameRecording(own, fingerprint)).map((other) => other.trackId));
    });
    const earlier = found.value.filter((id) => id < trackId).toSorted((a, b) => a - b);
    const later = found.value.filter((id) => id > trackId);
    return [
      ...earlier.slice(0, 1).map((ofTrackId) => ({ trackId, ofTrackId })),
      ...later.map((id) => ({ trackId: id, ofTrackId: trackId })),
    ];
  };
