import { Client } from 'pg';

export const FANS = 100_000;
export const ARTISTS = 20_000;
export const TRACKS = 60_000;

/** Artists come first, then fans. */
export const FIRST_FAN = ARTISTS + 1;

const PEOPLE = `insert into users (id, email, role, created_at)
  select i, 'person' || i || '@bench.example', case when i <= ${ARTISTS} then 'ARTIST' else 'FAN' end, '2026-09-01'
  from generate_series(1, ${ARTISTS + FANS}) as i`;

const CATALOG = `insert into track (id, artist_id, title, tags, audio_key, sha256, size_bytes, content_type, codec, duration_ms,
    bitrate_kbps, sample_rate_hz, channels, status, created_at)
  select i, 1 + i % ${ARTISTS}, 'Track ' || i, '{}', 'bench-' || i, 'bench-' || i, 1, 'audio/flac', 'FLAC', 200000, 900, 44100,
    2, 'ready', '2026-09-01'
  from generate_series(1, ${TRACKS}) as i`;

/** $1 to $2 of the plays of October: of few tracks most, as music is heard; three in a hundred too short to be paid. */
const PLAYS = `insert into play (play_id, listener_id, track_id, artist_id, track_duration_ms, started_at, ms_played,
    reported_at, verdict, first_verdict, occupying, policy_version)
  select gen_random_uuid(), listener_id, track_id, 1 + track_id % ${ARTISTS}, 200000, started_at,
    case when payable then 200000 else 9000 end, started_at, verdict, verdict, payable, 1
  from (
    select *, case when payable then 'payable' else 'too-short' end::play_verdict as verdict
    from (
      select ${FIRST_FAN} + i % ${FANS} as listener_id,
        1 + floor(${TRACKS} * power(random(), 2.5))::int as track_id,
        timestamptz '2026-10-01 00:00Z' + (i / ${FANS}) % 7000 * interval '6 minutes' as started_at,
        random() < 0.97 as payable
      from generate_series($1::int, $2::int) as i
    ) as heard
  ) as judged`;

/** $10 of each fan, less a card's usual fee. */
const RECEIPTS = `insert into receipt (invoice_id, user_id, currency, paid_micros, tax_micros, fee_micros, refunded_micros,
    disputed_micros, paid_at)
  select 'in_' || i, i, 'USD', 10000000, 0, 590000, 0, 0, '2026-10-01'
  from generate_series(${FIRST_FAN}, ${FIRST_FAN} - 1 + $1::int) as i`;

const LINES = `insert into receipt_line (invoice_id, position, amount_micros, service_from, service_until)
  select invoice_id, 0, paid_micros, '2026-10-01', '2026-11-01' from receipt`;

/** Ten years of months that were closed before October, of an artist. */
const HISTORY = `
  set session_replication_role = replica;
  insert into play_rollup_month (artist_id, month, verdict, plays)
  select $ARTIST, date '2016-10-01' + i * interval '1 month', verdict::play_verdict, 100000
  from generate_series(0, 119) as i, unnest(array['payable', 'too-short', 'daily-cap']) as verdict;
  insert into close_artist_plays (artist_id, month, period, plays)
  select $ARTIST, date '2016-10-01' + i * interval '1 month', date '2016-10-01' + i * interval '1 month', 100000
  from generate_series(0, 119) as i;
  analyze play_rollup_month, close_artist_plays;`;

const PORTION = 500_000;

export const withClient = async <T>(url: string, work: (client: Client) => Promise<T>): Promise<T> => {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
};

/** @param rolledUp after each portion, as the worker keeps it up */
export const fillMonth = (url: string, plays: number, rolledUp: () => Promise<unknown>): Promise<void> =>
  withClient(url, async (client) => {
    await client.query('select setseed(0.5)');
    await client.query(PEOPLE);
    await client.query(CATALOG);
    for (let from = 0; from < plays; from += PORTION) {
      await client.query(PLAYS, [from, Math.min(from + PORTION, plays) - 1]);
      await rolledUp();
    }
    await client.query('vacuum (analyze, freeze)');
  });

export const fillReceipts = (url: string, payingFans: number): Promise<void> =>
  withClient(url, async (client) => {
    await client.query(RECEIPTS, [payingFans]);
    await client.query(LINES);
  });

export const plantHistory = (url: string, artistId: number): Promise<void> =>
  withClient(url, async (client) => {
    await client.query(HISTORY.replaceAll('$ARTIST', String(artistId)));
  });
