import { Migration } from '@mikro-orm/migrations';

/** `complete` and `changed_at` find what is left to do. */
const PROCESSING = `
create table track_processing (
  track_id bigint primary key constraint track_processing_track_id_foreign references track (id),
  steps_done text[] not null,
  complete boolean not null,
  step text,
  share double precision not null,
  deferred boolean not null,
  failure text,
  attempts int not null,
  claimed_by text,
  claimed_until timestamptz,
  measured boolean not null,
  true_peak_dbtp double precision,
  preview_start_ms int not null,
  reserved_artwork text,
  changed_at timestamptz not null,
  constraint track_processing_share_check check (share between 0 and 1),
  constraint track_processing_failure_check
    check (failure in ('undecodable', 'too_costly', 'too_large', 'gave_up')),
  constraint track_processing_claim_check check ((claimed_by is null) = (claimed_until is null))
);
create index track_processing_unfinished_index on track_processing (changed_at, track_id)
  where not complete and failure is null;
`;

/** Tracks of before play as they came until the worker gets to them. */
const TRACKS_OF_BEFORE = `
insert into track_processing (track_id, steps_done, complete, share, deferred, attempts, measured, preview_start_ms,
    changed_at)
  select id, '{}', false, 0, true, 0, false, 0, created_at from track;
`;

const MADE = `
create table rendition (
  track_id bigint not null constraint rendition_track_id_foreign references track (id),
  name text not null,
  media_key text not null constraint rendition_media_key_unique unique,
  kept boolean not null,
  content_type text not null,
  codec text not null,
  bitrate_kbps int not null,
  size_bytes bigint not null,
  segments jsonb,
  primary key (track_id, name),
  constraint rendition_size_check check (size_bytes > 0)
);
-- Sixteen bits a point, big-endian.
create table track_waveform (
  track_id bigint primary key references track (id),
  peaks bytea not null
);
`;

export class TrackProcessing extends Migration {
  override up(): void {
    this.addSql(PROCESSING);
    this.addSql(TRACKS_OF_BEFORE);
    this.addSql(MADE);
  }
}
