import { setTimeout } from 'node:timers/promises';
import { Client } from 'pg';
import type { Row } from './figures.ts';
import { load, luaScript } from './load.ts';
import { rounds } from './rounds.ts';
import type { Subject } from './subject.ts';

const FEW = { tracks: 1, plays: 10 };
const MANY = { tracks: 1_000, plays: 100_000 };

const FILL_TRACKS = `insert into track (id, artist_id, title, tags, audio_key, sha256, size_bytes, content_type, codec,
    duration_ms, bitrate_kbps, sample_rate_hz, channels, status, created_at)
  select nextval('track_id_seq'), $1, 'Seeded ' || i, '{}', concat('seeded-', $1::bigint, '-', i), concat('seeded-', i),
    1, 'audio/wav', 'wav', 200000, 1411, 44100, 2, 'ready', now() from generate_series(1, $2::int) as i`;

/** By listeners that are nobody, a minute apart, back from now. */
const FILL_PLAYS = `insert into play (play_id, listener_id, track_id, artist_id, track_duration_ms, started_at, ms_played,
    reported_at, verdict, first_verdict, occupying, policy_version)
  select gen_random_uuid(), 1000000 + i % 5000, t.ids[1 + i % cardinality(t.ids)], $1, 200000,
    now() - i % 20000 * interval '1 minute', 31000, now(), 'payable', 'payable', true, 1
  from generate_series(1, $2::int) as i, (select array_agg(id) as ids from track where artist_id = $1) as t`;

const ROLLED_UP = `select coalesce(sum(plays), 0)::int as plays from play_rollup_month where artist_id = $1`;

const ME = `return wrk.format("GET", "/users/me", { ["Authorization"] = "Bearer " .. tokens[1] })`;

/** How an artist's own page takes longer the more has been played. */
export const artistRows = async (subject: Subject): Promise<readonly Row[]> => {
  const client = new Client({ connectionString: subject.databaseUrl });
  await client.connect();
  try {
    await fill(client, subject.artists.few.userId, FEW);
    await fill(client, subject.artists.many.userId, MANY);
  } finally {
    await client.end();
  }
  const ms = async (name: 'few' | 'many'): Promise<() => Promise<number>> => {
    const script = await luaScript(subject.folder, `me-${name}`, { tokens: [subject.artists[name].token] }, ME);
    return async () => 1_000 / (await load({ url: subject.url, connections: 1, script }, subject.pid)).perSecond;
  };
  const { many, few } = await rounds({ many: await ms('many'), few: await ms('few') });
  return [
    {
      number: '15',
      what: 'GET /users/me of an artist with 100,000 plays and 1,000 tracks',
      unit: 'ms',
      ours: many,
      peer: few,
      peerName: 'one with 10 plays',
      bar: { atMost: 1.3 },
    },
  ];
};

const fill = async (client: Client, artistId: number, { tracks, plays }: typeof FEW): Promise<void> => {
  await client.query(FILL_TRACKS, [artistId, tracks]);
  await client.query(FILL_PLAYS, [artistId, plays]);
  while ((await client.query(ROLLED_UP, [artistId])).rows[0].plays < plays) await setTimeout(200);
};
