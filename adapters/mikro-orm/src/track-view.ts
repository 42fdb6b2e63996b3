import type { ImageRef, UserId } from '@backline/core/accounts';
import {
  type ProcessingFailure,
  type ProcessingStep,
  type TrackId,
  type TrackStatus,
  type TrackView,
  progressOf,
} from '@backline/core/catalog';
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
  true_peak_dbtp: number | null;
  /** Null, as all of the following, for a track without a processing. */
  steps_done: number | null;
  step: ProcessingStep | null;
  share: number | null;
  failure: ProcessingFailure | null;
  plays: number;
  created_at: number;
};

export const TRACK_VIEW_COLUMNS = `t.id, t.artist_id, u.display_name, t.title, t.genre, t.tags,
  to_char(t.released_on, 'YYYY-MM-DD') as released_on, t.codec, t.duration_ms, t.bitrate_kbps, t.sample_rate_hz,
  t.channels, t.size_bytes, t.artwork, t.loudness_lufs, t.status, p.true_peak_dbtp, cardinality(p.steps_done) as steps_done, p.step,
  p.share, p.failure, tp.plays, t.created_at`;

export const TRACK_VIEW_SOURCE = `track t join users u on u.id = t.artist_id join track_plays tp on tp.track_id = t.id
  left join track_processing p on p.track_id = t.id`;

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
  truePeakDbtp: row.true_peak_dbtp,
  status: row.status,
  progress: progressOf(row.status, doneOf(row)),
  failure: row.failure,
  playCount: row.plays,
  createdAt: row.created_at as Instant,
});

const doneOf = ({ steps_done, step, share }: TrackViewRow): Parameters<typeof progressOf>[1] =>
  steps_done === null ? null : { stepsDone: steps_done, current: step === null ? null : { step, share: share ?? 0 } };
