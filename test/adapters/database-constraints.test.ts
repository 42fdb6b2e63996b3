import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openTestDatabase } from '../support/postgres.ts';

let database: Awaited<ReturnType<typeof openTestDatabase>>;
beforeAll(async () => {
  database = await openTestDatabase();
  await database.sql(`
    insert into users (id, email, role, created_at) values (1, 'fan@x.yz', 'FAN', now()), (2, 'artist@x.yz', 'ARTIST', now());
    insert into track (id, artist_id, title, tags, audio_key, sha256, size_bytes, content_type, codec, duration_ms,
      bitrate_kbps, sample_rate_hz, channels, status, created_at)
    values (1, 2, 'One', '{}', 'key', 'sha', 1, 'audio/flac', 'FLAC', 1000, 1, 1, 1, 'ready', now());
    insert into subscription values ('sub', 1, 'active', now(), now(), false)`);
});
afterAll(() => database.drop());

const user = (values: string): string => `insert into users (id, email, role, created_at) values (${values}, now())`;

const track = (changed: string, to: string): string =>
  `insert into track (id, artist_id, title, tags, audio_key, sha256, size_bytes, content_type, codec, duration_ms,
     bitrate_kbps, sample_rate_hz, channels, status, created_at)
   select id + 1, artist_id, title, tags, 'other', 'other', size_bytes, content_type, codec, duration_ms,
     bitrate_kbps, sample_rate_hz, channels, status, created_at
   from (select ${['id', 'artist_id', 'title', 'tags', 'size_bytes', 'content_type', 'codec', 'duration_ms', 'bitrate_kbps', 'sample_rate_hz', 'channels', 'status', 'created_at'].map((column) => (column === changed ? `${to} as ${column}` : column)).join(', ')} from track) as t`;

const play = (listener: number, msPlayed: number, verdict: string): string =>
  `insert into play (play_id, listener_id, track_id, artist_id, track_duration_ms, started_at, ms_played, reported_at,
     verdict, first_verdict, occupying, policy_version)
   values (gen_random_uuid(), ${listener}, 1, 2, 1000, now(), ${msPlayed}, now(), '${verdict}', '${verdict}', true, 1)`;

const receipt = (paid: number, refunded: number): string =>
  `insert into receipt (invoice_id, user_id, currency, paid_micros, tax_micros, fee_micros, refunded_micros, disputed_micros, paid_at) values ('in_1', 1, 'USD', ${paid}, 0, 0, ${refunded}, 0, now())`;

describe('the database itself refuses', () => {
  test.each([
    ['an address in capitals', user(`3, 'Fan@x.yz', 'FAN'`), 'users_email_check'],
    ['an address that is taken', user(`3, 'fan@x.yz', 'FAN'`), 'users_email_unique'],
    ['a role that there is not', user(`3, 'x@x.yz', 'ADMIN'`), 'users_role_check'],
    ['a user without an address who was not erased', user(`3, null, 'FAN'`), 'users_erased_check'],
    ['an erased user with an address', `update users set erased_at = now() where id = 1`, 'users_erased_check'],
    ['a track of nobody', track('artist_id', '99'), 'track_artist_id_foreign'],
    ['a track without length', track('duration_ms', '0'), 'track_duration_check'],
    ['a track without bytes', track('size_bytes', '0'), 'track_size_check'],
    ['a status that there is not', track('status', `'maybe'`), 'track_status_check'],
    [
      'the same audio by the same artist twice',
      `insert into track select (jsonb_populate_record(track, '{"id": 7, "audio_key": "seven"}')).* from track`,
      'track_artist_audio_unique',
    ],
    ['a play of more than a day', play(1, 86_400_001, 'payable'), 'play_ms_played_check'],
    ['a play of negative length', play(1, -1, 'payable'), 'play_ms_played_check'],
    ['pay for hearing oneself', play(2, 31_000, 'payable'), 'play_self_play_check'],
    ['a verdict that there is not', play(1, 31_000, 'maybe'), 'play_verdict'],
    ['a play in a month that has no partition', play(1, 1, 'payable').replace('now()', `'1999-01-01'`), 'no partition'],
    [
      'a change of verdict that is none',
      `insert into verdict_change values (1, gen_random_uuid(), 1, 1, 2, now(), 'payable', 'payable')`,
      'verdict_change_check',
    ],
    ['a second watermark', `insert into rollup_watermark (next_xid) values (1)`, 'rollup_watermark_pkey'],
    ['fewer plays than none', `update track_plays set plays = -1`, 'track_plays_check'],
    [
      'a paid time that ends before it begins',
      `insert into paid_span values ('sub', 1, now(), now())`,
      'paid_span_check',
    ],
    ['a refund of more than was paid', receipt(100, 101), 'receipt_amounts_check'],
    ['a negative payment', receipt(-1, 0), 'receipt_amounts_check'],
    [
      'two checkouts under way for one user',
      `insert into checkout (id, user_id, created_at) values (gen_random_uuid(), 1, now()), (gen_random_uuid(), 1, now())`,
      'checkout_open_unique',
    ],
    ['a change of a rate', `update rate_version set reference_micros = 1`, 'append-only'],
    ['the loss of a rate', `delete from rate_version`, 'append-only'],
    ['the loss of all rates', `truncate rate_version`, 'append-only'],
    [
      'a rate from the middle of a month',
      `insert into rate_version (effective_from, currency, reference_micros, multiplier, source_name, source_url, recorded_at)
       values ('2030-01-15', 'USD', 1, 2, '', '', now())`,
      'rate_version_month_check',
    ],
  ])('%s', async (_what, sql, reason) => {
    await expect(database.sql(sql)).rejects.toThrow(reason);
  });
});
