import { Migration } from '@mikro-orm/migrations';

const ACCOUNTS = `
create sequence user_id_seq as bigint maxvalue 9007199254740991;

create table users (
  id bigint primary key,
  email text constraint users_email_unique unique,
  role text not null,
  password_hash text,
  display_name text,
  bio text,
  avatar text,
  created_at timestamptz not null,
  erased_at timestamptz,
  constraint users_role_check check (role in ('FAN', 'ARTIST')),
  constraint users_email_check check (email = lower(email)),
  constraint users_erased_check check ((erased_at is null) = (email is not null))
);

create table session (
  id uuid primary key,
  user_id bigint not null constraint session_user_id_foreign references users (id),
  created_at timestamptz not null,
  expires_at timestamptz not null,
  revoked_at timestamptz
);
create index session_user_id_index on session (user_id);
create index session_expires_at_index on session (expires_at);

create table refresh_token (
  digest text primary key,
  session_id uuid not null constraint refresh_token_session_id_foreign references session (id) on delete cascade,
  expires_at timestamptz not null,
  used_at timestamptz
);
create index refresh_token_session_id_index on refresh_token (session_id);
`;

const CATALOG = `
create sequence track_id_seq as bigint maxvalue 9007199254740991;

create table track (
  id bigint primary key,
  artist_id bigint not null constraint track_artist_id_foreign references users (id),
  title text not null,
  genre text,
  tags text[] not null,
  released_on date,
  audio_key text not null constraint track_audio_key_unique unique,
  sha256 text not null,
  size_bytes bigint not null,
  content_type text not null,
  codec text not null,
  duration_ms int not null,
  bitrate_kbps int not null,
  sample_rate_hz int not null,
  channels int not null,
  artwork text,
  loudness_lufs double precision,
  status text not null,
  created_at timestamptz not null,
  removed_at timestamptz,
  search_text text not null default '',
  constraint track_status_check check (status in ('processing', 'ready', 'failed')),
  constraint track_duration_check check (duration_ms > 0),
  constraint track_size_check check (size_bytes > 0)
);
-- The same audio by the same artist once, unless it was removed.
create unique index track_artist_audio_unique on track (artist_id, sha256) where removed_at is null;
create index track_artist_id_index on track (artist_id, id desc) where removed_at is null;
create index track_genre_index on track (lower(genre), id desc) where removed_at is null;
create index track_tags_index on track using gin (tags);
create index track_title_index on track (lower(title) collate "C", id) where removed_at is null;
create index track_words_index on track using gin (to_tsvector('simple', search_text));
create index track_trigrams_index on track using gin (search_text public.gin_trgm_ops);

-- Plays of each track by COUNTED_VERDICTS, moved forward with the rollup.
create table track_plays (
  track_id bigint primary key references track (id),
  plays bigint not null default 0,
  constraint track_plays_check check (plays >= 0)
);
create index track_plays_popular_index on track_plays (plays desc, track_id desc);

create function track_search_text() returns trigger language plpgsql as $$
begin
  new.search_text := lower(concat_ws(' ', new.title,
    (select display_name from users where id = new.artist_id), array_to_string(new.tags, ' ')));
  return new;
end $$;
create trigger track_search_text before insert or update of title, tags, artist_id on track
  for each row execute function track_search_text();

create function artist_search_text() returns trigger language plpgsql as $$
begin
  update track set title = title where artist_id = new.id;
  return null;
end $$;
create trigger artist_search_text after update of display_name on users
  for each row when (old.display_name is distinct from new.display_name) execute function artist_search_text();

create function track_plays_row() returns trigger language plpgsql as $$
begin
  insert into track_plays (track_id) values (new.id);
  return null;
end $$;
create trigger track_plays_row after insert on track for each row execute function track_plays_row();
`;

const PLAYBACK = `
create type play_verdict as enum
  ('payable', 'too-short', 'self-play', 'unfunded', 'daily-cap', 'overlapping', 'held', 'too-late');

-- One row for each play id ever reported: what makes ids unique across the months of play.
create table play_key (
  play_id uuid primary key,
  listener_id bigint not null,
  first_verdict play_verdict not null
);

-- track_id, artist_id and listener_id are checked by the statement that reads the facts of a play, in the same
-- transaction; foreign keys here would cost more than the insert itself. Users and tracks are never deleted.
create table play (
  play_id uuid not null,
  listener_id bigint not null,
  track_id bigint not null,
  artist_id bigint not null,
  track_duration_ms int not null,
  started_at timestamptz not null,
  ms_played int not null,
  reported_at timestamptz not null,
  verdict play_verdict not null,
  first_verdict play_verdict not null,
  occupying boolean not null,
  policy_version smallint not null,
  recorded_xid bigint not null default (pg_current_xact_id()::text::bigint),
  primary key (listener_id, track_id, started_at, play_id),
  constraint play_ms_played_check check (ms_played between 0 and 86400000),
  constraint play_self_play_check check (verdict <> 'payable' or listener_id <> artist_id)
) partition by range (started_at);
create index play_listener_index on play (listener_id, started_at);
create index play_artist_index on play (artist_id, started_at);
create index play_recorded_index on play (recorded_xid);

create table verdict_change (
  recorded_xid bigint not null default (pg_current_xact_id()::text::bigint),
  play_id uuid not null,
  listener_id bigint not null,
  track_id bigint not null,
  artist_id bigint not null,
  started_at timestamptz not null,
  from_verdict play_verdict not null,
  to_verdict play_verdict not null,
  constraint verdict_change_check check (from_verdict <> to_verdict)
);
create index verdict_change_recorded_index on verdict_change (recorded_xid);

create table play_rollup_day (
  track_id bigint not null,
  day date not null,
  verdict play_verdict not null,
  plays bigint not null,
  primary key (track_id, day, verdict)
);

create table play_rollup_month (
  artist_id bigint not null,
  month date not null,
  verdict play_verdict not null,
  plays bigint not null,
  primary key (artist_id, month, verdict)
);

create table listener_plays (
  listener_id bigint primary key,
  plays bigint not null
);

-- Everything recorded by transactions before next_xid is in the rollups; nothing else is.
create table rollup_watermark (
  only_row boolean primary key default true,
  next_xid bigint not null,
  constraint rollup_watermark_check check (only_row)
);
insert into rollup_watermark (next_xid) values (0);
`;

const SUBSCRIPTIONS = `
create table subscription (
  id text primary key,
  user_id bigint not null constraint subscription_user_id_foreign references users (id),
  status text not null,
  current_period_start timestamptz not null,
  current_period_end timestamptz not null,
  cancel_at_period_end boolean not null,
  past_due_since timestamptz,
  ended_at timestamptz
);
create index subscription_user_id_index on subscription (user_id);

create table paid_span (
  subscription_id text not null constraint paid_span_subscription_id_foreign references subscription (id) on delete cascade,
  user_id bigint not null,
  paid_from timestamptz not null,
  paid_until timestamptz,
  primary key (subscription_id, paid_from),
  constraint paid_span_check check (paid_until is null or paid_until > paid_from)
);
create index paid_span_user_id_index on paid_span (user_id);

create table checkout (
  id uuid primary key,
  user_id bigint not null constraint checkout_user_id_foreign references users (id),
  created_at timestamptz not null,
  session_id text constraint checkout_session_id_unique unique,
  url text,
  expires_at timestamptz,
  closed_at timestamptz,
  constraint checkout_hosted_check check ((session_id is null) = (url is null) and (url is null) = (expires_at is null))
);
create index checkout_user_id_index on checkout (user_id, created_at desc);
-- One checkout at a time is under way for a user.
create unique index checkout_open_unique on checkout (user_id) where session_id is null and closed_at is null;

create table receipt (
  invoice_id text primary key,
  user_id bigint not null constraint receipt_user_id_foreign references users (id),
  currency text not null,
  paid_micros bigint not null,
  tax_micros bigint not null,
  fee_micros bigint not null,
  refunded_micros bigint not null,
  service_from timestamptz not null,
  service_until timestamptz not null,
  paid_at timestamptz not null,
  constraint receipt_amounts_check check (paid_micros >= 0 and tax_micros >= 0 and fee_micros >= 0
    and refunded_micros between 0 and paid_micros),
  constraint receipt_service_check check (service_until > service_from)
);
create index receipt_user_id_index on receipt (user_id);

create table webhook_event (
  id text primary key,
  type text not null,
  object_kind text,
  object_id text,
  created_at timestamptz not null,
  received_at timestamptz not null,
  done_at timestamptz
);
create index webhook_event_undone_index on webhook_event (received_at) where done_at is null;
`;

const PAYOUT = `
create table rate_version (
  id serial primary key,
  effective_from date not null constraint rate_version_effective_from_unique unique,
  currency text not null,
  reference_micros bigint not null,
  multiplier int not null,
  source_name text not null,
  source_url text not null,
  recorded_at timestamptz not null,
  constraint rate_version_month_check check (extract(day from effective_from) = 1),
  constraint rate_version_reference_check check (reference_micros > 0 and multiplier > 0)
);
-- payout-rules.md: the first reference; core's FIRST_RATE says the same.
insert into rate_version (effective_from, currency, reference_micros, multiplier, source_name, source_url, recorded_at)
values ('2020-01-01', 'USD', 4000, 2, 'Duetti, Music Economics Report', 'https://www.duetti.co', '2025-01-01T00:00:00Z');

create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '% is append-only', tg_table_name using errcode = 'restrict_violation';
end $$;
create trigger rate_version_append_only before update or delete on rate_version
  for each row execute function refuse_change();
create trigger rate_version_no_truncate before truncate on rate_version
  for each statement execute function refuse_change();
`;

/** Everything that the first release stores. */
export class FirstSchema extends Migration {
  override up(): void {
    for (const part of [ACCOUNTS, CATALOG, PLAYBACK, SUBSCRIPTIONS, PAYOUT]) this.addSql(part);
  }
}
