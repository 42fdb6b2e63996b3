import type { Busy, ImageRefused, StorageFull } from '../accounts/index.ts';
import type { TrackId } from './track.ts';

export type TitleMissing = { readonly code: 'title_missing' };
export type DuplicateTrack = { readonly code: 'duplicate_track'; readonly trackId: TrackId };
export type TrackNotFound = { readonly code: 'track_not_found' };
export type MediaTooLarge = { readonly code: 'media_too_large'; readonly maxBytes: number };
/** Not one of the formats that the platform takes, judged by content. */
export type UnsupportedAudio = { readonly code: 'unsupported_audio' };
/** Of a known format, but broken, empty, or too costly to read. */
export type UnplayableAudio = { readonly code: 'unplayable_audio'; readonly reason: string };

export type UploadNotFound = { readonly code: 'upload_not_found' };
export type UploadUnfinished = {
  readonly code: 'upload_unfinished';
  readonly receivedBytes: number;
  readonly sizeBytes: number;
};

export type StageAudioError = MediaTooLarge | StorageFull;
export type PublishTrackError =
  TitleMissing | DuplicateTrack | UnsupportedAudio | UnplayableAudio | ImageRefused | StorageFull | Busy;

/** Someone else has the work; what is held may be let go of at any time, and lapses by itself after the time. */
export type ProcessingBusy = { readonly code: 'processing_busy'; readonly retryAfterMs: number };
/** The work was taken over, or its track removed: what was done since is void. */
export type ClaimLost = { readonly code: 'claim_lost' };

/** There is nothing on this machine that can do it; `missing` names what lacks. */
export type RendererMissing = { readonly code: 'renderer_missing'; readonly missing: readonly string[] };
/** The sound is at fault. */
export type Unrenderable = {
  readonly code: 'unrenderable';
  readonly failure: 'undecodable' | 'too_costly' | 'too_large';
};
/** Whoever watched it said so. */
export type RenderStopped = { readonly code: 'render_stopped' };
export type RenderError = RendererMissing | Unrenderable | RenderStopped;

/** The worker has not made it yet, or cannot. */
export type NotMadeYet = { readonly code: 'not_made_yet' };
