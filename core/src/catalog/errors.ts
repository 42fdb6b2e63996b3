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

export type StageAudioError = MediaTooLarge | StorageFull;
export type PublishTrackError =
  TitleMissing | DuplicateTrack | UnsupportedAudio | UnplayableAudio | ImageRefused | StorageFull | Busy;
