import type { UserId } from '../accounts/index.ts';
import type { Result } from '../kernel/index.ts';
import type { PublishTrackError, StageAudioError, UploadNotFound, UploadUnfinished } from './errors.ts';
import type { CatalogPorts } from './ports.ts';
import { type TrackForm, publishTrack } from './publish-track.ts';
import { stageAudio } from './stage-audio.ts';
import type { TrackId } from './track.ts';
import type { UploadId } from './uploads.ts';

export type PublishUploadError = UploadNotFound | UploadUnfinished | StageAudioError | PublishTrackError;

/**
 * Puts a resumable upload into the catalogue. It is removed once it is published, or can never be; broken off before, it
 * can be published again, which says that the track is there.
 */
export const publishUpload =
  (ports: CatalogPorts) =>
  async (artistId: UserId, id: UploadId, form: TrackForm): Promise<Result<TrackId, PublishUploadError>> => {
    const upload = await ports.uploads.finished(artistId, id);
    if (!upload.ok) return upload;
    const staged = await stageAudio(ports)(upload.value.read());
    if (!staged.ok) return staged;
    const published = await publishTrack(ports)(artistId, staged.value, form);
    if (published.ok || isFinal(published.error)) await ports.uploads.remove(artistId, id);
    return published;
  };

/** The bytes are at fault, or there already, whatever is said of them. */
const isFinal = ({ code }: PublishTrackError): boolean =>
  code === 'duplicate_track' || code === 'unsupported_audio' || code === 'unplayable_audio';
