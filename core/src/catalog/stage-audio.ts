import type { Result } from '../kernel/index.ts';
import type { StageAudioError } from './errors.ts';
import type { CatalogPorts, StagedMedia } from './ports.ts';

/** http-api.md, Tracks: up to 200 MiB. */
export const MAX_AUDIO_BYTES = 200 * 1024 * 1024;

/** Takes an upload's bytes; `publishTrack` or `discardAudio` ends what it begins. */
export const stageAudio =
  ({ media }: CatalogPorts) =>
  (bytes: AsyncIterable<Uint8Array>): Promise<Result<StagedMedia, StageAudioError>> =>
    media.stage(bytes, { maxBytes: MAX_AUDIO_BYTES });

export const discardAudio =
  ({ media }: CatalogPorts) =>
  (staged: StagedMedia): Promise<void> =>
    media.discard(staged);
