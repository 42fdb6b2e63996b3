import type { ImageRef, UserId } from '../accounts/index.ts';
import type { Brand, Day, Instant } from '../kernel/index.ts';

/** A positive integer below 2⁵³, given by the store. */
export type TrackId = Brand<number, 'TrackId'>;

/** Names one stored audio file; made by the media store, never from what a client sent. */
export type MediaKey = Brand<string, 'MediaKey'>;

export type AudioFacts = {
  /** `MP3`, `FLAC`, `PCM`, `Vorbis`, `Opus` or `AAC`. */
  readonly codec: string;
  /** Of the container, e.g. `audio/ogg`. */
  readonly contentType: string;
  readonly durationMs: number;
  readonly bitrateKbps: number;
  readonly sampleRateHz: number;
  readonly channels: number;
};

export type AudioFile = AudioFacts & {
  readonly key: MediaKey;
  readonly sizeBytes: number;
  /** Lower-case hex. */
  readonly sha256: string;
};

export type TrackDetails = {
  readonly title: string;
  readonly genre: string | null;
  readonly tags: readonly string[];
  readonly releasedOn: Day | null;
};

/** Playable in its original form whatever it is. `ready`: nothing more is being made of it, as far as is known. */
export type TrackStatus = 'processing' | 'ready' | 'failed';

export type Track = TrackDetails & {
  readonly id: TrackId;
  readonly artistId: UserId;
  readonly audio: AudioFile;
  readonly artwork: ImageRef | null;
  /** EBU R128 integrated loudness; null until measured. */
  readonly loudnessLufs: number | null;
  readonly status: TrackStatus;
  readonly createdAt: Instant;
  readonly removedAt: Instant | null;
};
