import type { ImageRef, UserId } from '@backline/core/accounts';
import type { TrackId, TrackStatus, TrackView } from '@backline/core/catalog';
import { type Day, type Instant } from '@backline/core/kernel';

export type TrackViewRow = {
  id: number;
  artist_id: number;
  display_name: string | null;
  title: string;
  genre: string | null;
  tags: string[];
  released_on: string | null;
  codec: string;
  duration_ms: number;
  bitrate_kbps: number;
  sample_rate_hz: number;
  channels: number;
  size_bytes: number;
  artwork: string | null;
  loudness_lufs: number | null;
  status: TrackStatus;
  plays: number;
  created_at: number;
};

export const TRACK_VIEW_COLUMNS = `t.id, t.artist_id, u.display_name, t.title, t.genre, t.tags,
  to_char(t.released_on, 'YYYY-MM-DD') as released_on, t.codec, t.duration_ms, t.bitrate_kbps, t.sample_rate_hz,
  t.channels, t.size_bytes, t.artwork, t.loudness_lufs, t.status, tp.plays, t.created_at`;

export const TRACK_VIEW_SOURCE = `track t join users u on u.id = t.artist_id join track_plays tp on tp.track_id = t.id`;

export const trackView = (row: TrackViewRow): TrackView => ({
  trackId: row.id as TrackId,
  artist: { userId: row.artist_id as UserId, displayName: row.display_name },
  title: row.title,
  genre: row.genre,
  tags: row.tags,
  releasedOn: row.released_on as Day | null,
  codec: row.codec,
  durationMs: row.duration_ms,
  bitrateKbps: row.bitrate_kbps,
  sampleRateHz: row.sample_rate_hz,
  channels: row.channels,
  sizeBytes: row.size_bytes,
  artwork: row.artwork as ImageRef | null,
  loudnessLufs: row.loudness_lufs,
  status: row.status,
  playCount: row.plays,
  createdAt: row.created_at as Instant,
});
