import { PROCESSING_FAILURES, PROCESSING_STEPS } from './processing.ts';
import { MAX_SAFE, choice, decimal, integer, line, list, name, named, nullable } from './fields.ts';
import { PictureUrls } from './profiles.ts';
import { Count, Day, DisplayName, Id, Time, Url } from './wire.ts';

export const Title = name(200);
export const Genre = name(50);
export const TrackTag = name(50);
export const Tags = list(TrackTag, 0, 20);

/** By content, with the containers' registered names. */
export const AUDIO_TYPES = [
  'audio/mpeg',
  'audio/flac',
  'audio/wav',
  'audio/ogg',
  'audio/opus',
  'audio/aac',
  'audio/mp4',
] as const;

export const Track = named('Track', {
  trackId: Id,
  title: Title,
  artist: named('Artist', { userId: Id, displayName: nullable(DisplayName) }),
  genre: nullable(Genre),
  tags: Tags,
  durationMs: integer(0, MAX_SAFE),
  codec: line(1, 50),
  bitrateKbps: integer(0, 1_000_000),
  sampleRateHz: integer(0, 10_000_000),
  channels: integer(0, 255),
  loudnessLufs: nullable(decimal(-200, 100, { description: 'EBU R128 integrated loudness; null until measured.' })),
  truePeakDbtp: nullable(
    decimal(-300, 100, { description: 'EBU R128 true peak; null until measured, and for silence.' }),
  ),
  sizeBytes: integer(0, MAX_SAFE),
  artworkUrl: nullable(Url),
  artworkUrls: nullable(PictureUrls),
  status: choice(['processing', 'ready', 'failed'], {
    description: 'Playable in its original form all along; what is made of it besides comes with `ready`.',
  }),
  progress: named('Progress', {
    step: nullable(choice(PROCESSING_STEPS)),
    done: decimal(0, 1, { description: 'The share of all steps; 1 once ready.' }),
  }),
  failure: nullable(
    named('ProcessingFailure', {
      code: choice(PROCESSING_FAILURES),
      reason: line(1, 500, { description: 'For the artist: what is the matter, and what helps.' }),
    }),
  ),
  playCount: Count,
  releasedOn: nullable(Day),
  createdAt: Time,
});
