import type { UserId } from '../accounts/index.ts';
import type { TrackId, TrackNotFound } from '../catalog/index.ts';
import { type Result, err, ok } from '../kernel/index.ts';
import type { RaisedTrackHold } from './hold.ts';
import type { PayoutPorts } from './ports.ts';

/** What the artist is told of their own track: why its plays are or were held; null where they never were. */
export const holdOnTrack =
  ({ catalog, holdReader }: PayoutPorts) =>
  async (artistId: UserId, trackId: TrackId): Promise<Result<RaisedTrackHold | null, TrackNotFound>> => {
    const track = await catalog.playable(trackId);
    if (track === null || track.artistId !== artistId) return err({ code: 'track_not_found' });
    return ok(await holdReader.ofTrack(trackId));
  };
