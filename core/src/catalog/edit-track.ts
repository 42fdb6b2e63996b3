import type { UserId } from '../accounts/index.ts';
import { type Result, err, ok } from '../kernel/index.ts';
import { tidy } from './details.ts';
import type { TitleMissing, TrackNotFound } from './errors.ts';
import type { CatalogPorts } from './ports.ts';
import type { TrackDetails, TrackId } from './track.ts';

/** What is undefined stays as it is. */
export type TrackChanges = { readonly [Field in keyof TrackDetails]?: TrackDetails[Field] };

/** Another artist's track is as if there were none. */
export const editTrack =
  ({ uow }: CatalogPorts) =>
  (artistId: UserId, trackId: TrackId, changes: TrackChanges): Promise<Result<null, TrackNotFound | TitleMissing>> =>
    uow.run(async ({ tracks }) => {
      const track = await tracks.find(trackId);
      if (track === null || track.artistId !== artistId || track.removedAt !== null)
        return err({ code: 'track_not_found' as const });

      const details = tidy({ ...track, ...changes });
      if (details === null) return err({ code: 'title_missing' as const });
      await tracks.save({ ...track, ...details });
      return ok(null);
    });
