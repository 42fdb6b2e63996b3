import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';
import { type Row, fixed, limitRow, median } from './figures.ts';
import { SECONDS, load, luaScript } from './load.ts';
import { SERVER_CORE, runPinned } from './processes.ts';
import { rounds } from './rounds.ts';
import type { Subject } from './subject.ts';

const CONNECTIONS = 64;
const BATCH = 100;

const PLAY = `local function uuid()
  return string.format("%08x-%04x-4%03x-8%03x-%06x%06x", random(0, 0x7fffffff), random(0, 0xffff), random(0, 0xfff), random(0, 0xfff), random(0, 0xffffff), random(0, 0xffffff))
end
local function play()
  local at = os.date("!%Y-%m-%dT%H:%M:%SZ", os.time() - random(60, 25 * 86400))
  return '{"playId":"' .. uuid() .. '","trackId":' .. tracks[random(#tracks)] .. ',"startedAt":"' .. at .. '","msPlayed":31000}'
end
local headers = { ["Authorization"] = "Bearer " .. tokens[random(#tokens)], ["Content-Type"] = "application/json" }
`;

const ONE = `${PLAY}return wrk.format("POST", "/streams", headers, play())`;

const MANY = `${PLAY}local plays = {}
for i = 1, ${BATCH} do plays[i] = play() end
return wrk.format("POST", "/streams/batch", headers, '{"plays":[' .. table.concat(plays, ",") .. ']}')`;

const PEER_TABLE = `create table if not exists peer_play (played_at timestamptz not null, event_id uuid not null, listener_id int8 not null,
  track_id int8 not null, ms_played int4 not null, primary key (event_id, played_at))`;

const PEER_ONE = `\\set listener random(1, 2000)
insert into peer_play values (now(), gen_random_uuid(), :listener, 1, 31000);
`;

const PEER_MANY = `insert into peer_play select now(), gen_random_uuid(), i, 1, 31000 from generate_series(1, 500) as i;
`;

/** Plays acknowledged a second, against plain inserts by pgbench into the same server; none may be lost. */
export const playRows = async (subject: Subject): Promise<readonly Row[]> => {
  const lists = { tokens: subject.tokens, tracks: subject.tracks.map(({ trackId }) => String(trackId)) };
  const one = await luaScript(subject.folder, 'play', lists, ONE);
  const many = await luaScript(subject.folder, 'plays', lists, MANY);
  const client = new Client({ connectionString: subject.databaseUrl });
  await client.connect();
  try {
    await client.query(PEER_TABLE);
    const stored = async (): Promise<number> => Number((await client.query('select count(*) from play')).rows[0].count);
    const before = await stored();
    let acknowledged = 0;
    const p99: number[] = [];
    const post = async (script: string, connections: number, plays: number): Promise<number> => {
      const measured = await load({ url: subject.url, connections, script }, subject.pid);
      acknowledged += measured.requests * plays;
      if (plays === 1) p99.push(measured.p99Ms);
      return measured.perSecond * plays;
    };
    const single = await rounds({
      ours: () => post(one, CONNECTIONS, 1),
      peer: () => pgbench(subject, 'one', PEER_ONE, 16),
    });
    const batch = await rounds({
      ours: () => post(many, 16, BATCH),
      peer: async () => 500 * (await pgbench(subject, 'many', PEER_MANY, 2)),
    });
    const lost = acknowledged - ((await stored()) - before);
    if (lost > 0) throw new Error(`${lost} acknowledged plays are not stored`);
    return [
      {
        number: '5',
        what: `POST /streams, acknowledged after the commit, ${CONNECTIONS} connections`,
        unit: 'plays/s',
        ...single,
        peerName: 'pgbench 1-row, 16 clients',
        bar: { atLeast: 2 },
        note: `${acknowledged.toLocaleString('en-US')} acknowledged in all and none lost`,
      },
      limitRow('5', 'the slowest hundredth of them', 'ms', fixed(median(p99)), 25),
      {
        number: '6',
        what: `POST /streams/batch of ${BATCH}`,
        unit: 'plays/s',
        ...batch,
        peerName: 'pgbench 500-row INSERT…SELECT',
        bar: { atLeast: 0.7 },
      },
      {
        number: '6',
        what: `POST /streams/batch of ${BATCH}`,
        unit: 'plays/s',
        ours: batch.ours,
        peer: single.peer,
        peerName: 'pgbench 1-row, 16 clients',
        bar: { atLeast: 2 },
      },
    ];
  } finally {
    await client.end();
  }
};

const pgbench = async (
  { databaseUrl, folder }: Subject,
  name: string,
  script: string,
  clients: number,
): Promise<number> => {
  const path = join(folder, `pgbench-${name}.sql`);
  await writeFile(path, script);
  const said = await runPinned(SERVER_CORE, [
    'pgbench',
    '-n',
    '-M',
    'prepared',
    `-c${clients}`,
    '-j1',
    `-T${Math.ceil(SECONDS)}`,
    '-f',
    path,
    databaseUrl,
  ]);
  return Number(/tps = ([\d.]+)/.exec(said)?.[1]);
};
