import type { ImageRef, UserId } from '../accounts/index.ts';
import type { Instant } from '../kernel/index.ts';
import type { MediaKey, TrackId } from './track.ts';

export type TrackPublished = {
  readonly type: 'catalog.track_published';
  readonly trackId: TrackId;
  readonly artistId: UserId;
  readonly occurredAt: Instant;
};

/** Its processing should have gone on, and has not. */
export type ProcessingStalled = {
  readonly type: 'catalog.processing_stalled';
  readonly trackId: TrackId;
  readonly occurredAt: Instant;
};

export type TrackRemoved = {
  readonly type: 'catalog.track_removed';
  readonly trackId: TrackId;
  readonly audio: MediaKey;
  readonly artwork: ImageRef | null;
  readonly occurredAt: Instant;
};

/** It lies where it was put, and is still to be brought to where pictures stay. */
export type ArtworkPending = {
  readonly type: 'catalog.artwork_pending';
  readonly trackId: TrackId;
  readonly artwork: ImageRef;
  readonly occurredAt: Instant;
};

export type ArtworkReplaced = {
  readonly type: 'catalog.artwork_replaced';
  readonly trackId: TrackId;
  readonly previous: ImageRef;
  readonly occurredAt: Instant;
};

/** It is known now what it sounds like. */
export type TrackFingerprinted = {
  readonly type: 'catalog.track_fingerprinted';
  readonly trackId: TrackId;
  readonly occurredAt: Instant;
};

export type CatalogEvent =
  TrackPublished | ProcessingStalled | TrackFingerprinted | TrackRemoved | ArtworkPending | ArtworkReplaced;
