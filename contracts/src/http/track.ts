import { MAX_SAFE, choice, decimal, integer, line, list, name, named, nullable } from './fields.ts';
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
  sizeBytes: integer(0, MAX_SAFE),
  artworkUrl: nullable(Url),
  status: choice(['processing', 'ready', 'failed']),
  playCount: Count,
  releasedOn: nullable(Day),
  createdAt: Time,
});
