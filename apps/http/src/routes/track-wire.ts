import type { PictureUrls, Track } from '@backline/contracts/http';
import type { ImageRef, ImageSize } from '@backline/core/accounts';
import type { TrackView } from '@backline/core/catalog';
import { failureWire, progressWire } from './processing-wire.ts';
import { isoText } from '@backline/core/kernel';
import type { Static } from 'typebox';

export type ImageUrl = (ref: ImageRef, size?: ImageSize) => string;

export const imageUrlsWire = (image: ImageRef | null, imageUrl: ImageUrl): Static<typeof PictureUrls> | null =>
  image === null
    ? null
    : {
        square64: imageUrl(image, 64),
        square256: imageUrl(image, 256),
        square640: imageUrl(image, 640),
        original: imageUrl(image),
      };

export const imageUrlWire = (image: ImageRef | null, imageUrl: ImageUrl): string | null =>
  image === null ? null : imageUrl(image);

export const trackWire =
  (imageUrl: ImageUrl) =>
  (track: TrackView): Static<typeof Track> => ({
    trackId: track.trackId,
    title: track.title,
    artist: { userId: track.artist.userId, displayName: track.artist.displayName },
    genre: track.genre,
    tags: track.tags,
    durationMs: track.durationMs,
    codec: track.codec,
    bitrateKbps: track.bitrateKbps,
    sampleRateHz: track.sampleRateHz,
    channels: track.channels,
    loudnessLufs: track.loudnessLufs,
    truePeakDbtp: track.truePeakDbtp,
    sizeBytes: track.sizeBytes,
    artworkUrl: imageUrlWire(track.artwork, imageUrl),
    artworkUrls: imageUrlsWire(track.artwork, imageUrl),
    status: track.status,
    progress: progressWire(track.progress),
    failure: failureWire(track.failure),
    playCount: track.playCount,
    releasedOn: track.releasedOn,
    createdAt: isoText(track.createdAt),
  });
