import { readFileSync } from 'node:fs';
import { join as joinPath } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '@backline/embedded-postgres';
import { Client } from 'pg';
import type { Answer } from '../support/http.ts';
import { type Member, join, logIn, publish, subscribe } from '../support/people.ts';
import { type Program, endPrograms, eventually, freePort, startApp } from '../support/programs.ts';
import { type Scratch, scratchDirectory } from '../support/scratch.ts';
import { type Load, type Player, startPlayer } from './players.ts';

const FANS = 4;
const TRACKS = 4;
/** More of them where somebody has the time. */
const KILLS = Number(process.env['FAULT_KILLS'] ?? 5);
const PATIENCE_MS = 60_000 + KILLS * 10_000;
/** Of xorshift, for the moments of the kills. */
const SEED = 20_261_123;

const SUBSCRIBED_AT = '2027-03-02T12:00:00Z';
const SINCE = Date.parse('2027-03-03T00:00:00Z');
/** At least a day after the last play that is reported, and within their month. */
const NOW = '2027-03-20T00:00:00Z';

let data: Scratch;
let postgres: EmbeddedPostgres;
let env: Record<string, string>;
let app: Program;
let artist: Member;
let fans: readonly Member[];
let tracks: readonly number[];
let players: readonly Player[] = [];

beforeAll(async () => {
  data = scratchDirectory();
  postgres = await startEmbeddedPostgres({ dataDir: data.path, log: () => undefined });
  env = { DATABASE_URL: postgres.url, DATA_DIR: joinPath(data.path, 'app'), PORT: String(await freePort()) };
  app = await startApp('platform', { ...env, CLOCK_START: SUBSCRIBED_AT });
  artist = await join(app, 'ARTIST');
  tracks = await Promise.all(Array.from({ length: TRACKS }, () => publish(app, artist)));
  fans = await Promise.all(Array.from({ length: FANS }, () => join(app, 'FAN')));
  await Promise.all(fans.map((fan) => subscribe(app, fan)));
  await kill();
  await restart();
  artist = { ...artist, token: await logIn(app, artist.email) };
  fans = await Promise.all(fans.map(async (fan) => ({ ...fan, token: await logIn(app, fan.email) })));
}, 120_000);

afterAll(async () => {
  await Promise.allSettled(players.map(({ finish }) => Promise.race([finish(), setTimeout(1_000)])));
  await endPrograms();
  await postgres.stop();
  data.remove();
}, 60_000);

const kill = async (): Promise<void> => {
  app.signal('SIGKILL');
  expect(await app.ended).toBe('SIGKILL');
};

const restart = async (): Promise<void> => {
  app = await startApp('platform', { ...env, CLOCK_START: NOW });
};

let answers: Answer[] = [];
let broken = 0;
/** Of all players of a fan, by the fan's id. */
const told = new Map<number, Map<string, { readonly payable: boolean }>>();

const startPlayers = (from: number): void => {
  answers = [];
  broken = 0;
  const onAnswer = (answer: Answer | null): void => {
    if (answer === null) broken += 1;
    else answers.push(answer);
  };
  const load: Load = { app: () => app, tracks, since: SINCE, from, onAnswer };
  players = fans.map((fan) => startPlayer(fan, load));
};

const finishPlayers = async (): Promise<void> => {
  await Promise.all(players.map(({ finish }) => finish()));
  for (const { fan, acknowledged } of players)
    told.set(fan.userId, new Map([...(told.get(fan.userId) ?? []), ...acknowledged]));
};

const randomMs = ((state: number) => (below: number) => {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return (state >>> 0) % below;
})(SEED);

/** The problem of a database that is away, and nothing else but success, is an answer. */
const expectGoodAnswers = (): void => {
  const wrong = answers.filter(
    ({ status, headers, body }) =>
      ![200, 201].includes(status) &&
      !(status === 503 && body?.type === '/problems/unavailable' && headers['retry-after'] !== undefined),
  );
  expect(wrong.map(({ status, text }) => ({ status, text }))).toEqual([]);
};

const sql = async (text: string): Promise<Record<string, string>[]> => {
  const client = new Client({ connectionString: postgres.url });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
};

/** That what is stored, and what it adds up to, is what the players were told. */
const expectOneOfEach = async (): Promise<void> => {
  const stored = await sql('select play_id, listener_id from play order by play_id');
  const all = [...told].flatMap(([listener, plays]) => [...plays.keys()].map((id) => `${id} ${listener}`));
  expect(stored.map((row) => `${row['play_id']} ${row['listener_id']}`)).toEqual(all.sort());
  expect(await sql('select count(*) from play_key')).toEqual([{ count: String(all.length) }]);

  const payable = [...told.values()].flatMap((plays) => [...plays.values()]).filter((play) => play.payable).length;
  expect(payable).toBeGreaterThan(0);
  const earned = String(8_000 * payable);
  const payouts = await app.call('GET', '/payouts', { token: artist.token });
  expect(payouts.body).toMatchObject({
    earnedMicros: earned,
    openPeriod: { period: '2027-03', payablePlays: payable, accruedMicros: earned },
  });
  for (const fan of fans) {
    const me = await app.call('GET', '/users/me', { token: fan.token });
    expect(me.body.listeningStats.totalStreams).toBe(told.get(fan.userId)?.size);
  }
};

describe('plays under load', () => {
  test(
    'kill -9 of the app: no acknowledged play is lost, none is there twice',
    async () => {
      startPlayers(0);
      for (let times = 0; times < KILLS; times += 1) {
        const before = answers.length;
        await eventually(() => answers.length > before + 20);
        await setTimeout(randomMs(300));
        await kill();
        await restart();
      }
      await finishPlayers();
      expectGoodAnswers();
      expect(broken).toBeGreaterThan(0);
      await expectOneOfEach();
    },
    PATIENCE_MS,
  );

  test(
    'the database killed, stopped and restarted: 503 in between, then it goes on by itself',
    async () => {
      startPlayers(Math.max(...[...told.values()].map((plays) => plays.size)));
      for (const signal of ['SIGKILL', 'SIGINT', 'SIGKILL', 'SIGQUIT'] as const) {
        const before = successes();
        await eventually(() => successes() > before + 20);
        await setTimeout(randomMs(300));
        const [pid = ''] = readFileSync(joinPath(data.path, 'postgres', 'postmaster.pid'), 'utf8').split('\n');
        process.kill(Number(pid), signal);
        await eventually(async () => (await app.call('GET', '/health/ready')).status === 503);
        expect((await app.call('GET', '/health/live')).status).toBe(200);
      }
      const before = successes();
      await eventually(() => successes() > before + 20);
      await finishPlayers();
      expectGoodAnswers();
      expect(answers.some(({ status }) => status === 503)).toBe(true);
      expect(broken).toBe(0);
      await expectOneOfEach();
    },
    PATIENCE_MS,
  );

  test('the program has met all this without a fault of its own', async () => {
    app.signal('SIGTERM');
    expect(await app.ended).toBe(0);
    expect(app.stdout()).not.toContain('"a request failed"');
  }, 30_000);
});

const successes = (): number => answers.filter(({ status }) => status < 300).length;
