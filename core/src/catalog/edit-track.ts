import type { UserId } from '../accounts/index.ts';
import { type Result, err, ok } from '../kernel/index.ts';
import type { TrackNotFound } from './errors.ts';
import type { CatalogPorts } from './ports.ts';
import { cleanTags } from './tags.ts';
import type { TrackDetails, TrackId } from './track.ts';

/** What is undefined stays as it is. */
export type TrackChanges = { readonly [Field in keyof TrackDetails]?: TrackDetails[Field] };

/** Another artist's track is as if there were none. */
export const editTrack =
  ({ uow }: CatalogPorts) =>
  (artistId: UserId, trackId: TrackId, changes: TrackChanges): Promise<Result<null, TrackNotFound>> =>
    uow.run(async ({ tracks }) => {
      const track = await tracks.find(trackId);
      if (track === null || track.artistId !== artistId || track.removedAt !== null)
        return err({ code: 'track_not_found' as const });

      const tags = changes.tags === undefined ? track.tags : cleanTags(changes.tags);
      await tracks.save({ ...track, ...changes, tags });
      return ok(null);
    });
