import { randomUUID } from 'node:crypto';
import { chmodSync, cpSync, readFileSync, readdirSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join as joinPath } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { listRecommendations, listSimilarTracks, listenToRadio } from '@backline/contracts/http';
import { expectContract } from '../../support/http.ts';
import { describeWithEngine } from '../../support/engine.ts';
import { testWithFfmpeg } from '../../support/ffmpeg.ts';
import { type Member, join, publish } from '../../support/people.ts';
import { type TestDatabase, freshDatabase } from '../../support/postgres.ts';
import { processesWith } from '../../support/processes.ts';
import { type Program, endPrograms, eventually, runToEnd, startApp } from '../../support/programs.ts';
import { type Scratch, scratchDirectory } from '../../support/scratch.ts';

const ARTISTS_OF_TASTE = 6;
const SONGS_OF_ARTIST = 3;
const FANS_OF_TASTE = 6;
const HEARD = 9;

type Item = {
  readonly track: { readonly trackId: number; readonly artist: { readonly userId: number } };
  readonly reason: { readonly kind: string; readonly trackId?: number };
};

describeWithEngine('a platform with two tastes', () => {
  let data: Scratch;
  let database: TestDatabase;
  let app: Program;
  /** The songs of each taste. */
  const songs: number[][] = [[], []];
  const fans: { readonly member: Member; readonly taste: number; readonly heard: readonly number[] }[] = [];

  const environment = () => ({ DATABASE_URL: database.url, DATA_DIR: data.path });
  const train = async () => {
    const { status, stdout } = await runToEnd('ops', environment(), ['train']);
    return { status, document: JSON.parse(stdout) };
  };
  const ask = (path: string, { token }: Member) => app.call('GET', path, { token });
  const recommended = async (member: Member) => {
    const answer = await ask('/recommendations?limit=10', member);
    expectContract(listRecommendations, answer);
    return answer.body as { readonly items: readonly Item[]; readonly model: { readonly [field: string]: unknown } };
  };
  const isServing = async (): Promise<boolean> => (await recommended(fans[0]!.member)).model['rung'] === 'engine';
  const models = (): string => joinPath(data.path, 'recommender/models');
  /** The engine alone, not what runs it. */
  const engineProcesses = (): readonly number[] => processesWith('backline_recommender', 'serve', models());

  beforeAll(async () => {
    data = scratchDirectory();
    database = await freshDatabase();
    app = await startApp('platform', environment());
    for (const taste of [0, 1])
      for (let number = 0; number < ARTISTS_OF_TASTE; number += 1) {
        const artist = await join(app, 'ARTIST');
        for (let song = 0; song < SONGS_OF_ARTIST; song += 1) songs[taste]!.push(await publish(app, artist));
      }
    for (let number = 0; number < 2 * FANS_OF_TASTE; number += 1) {
      const [member, taste] = [await join(app, 'FAN'), number % 2];
      const all = songs[taste]!;
      const heard = Array.from({ length: HEARD }, (_, index) => all[(number * 5 + index * 7) % all.length]!);
      const plays = [...new Set(heard)].map((trackId, index) => ({
        playId: randomUUID(),
        trackId,
        startedAt: new Date(Date.now() - (index + 1) * 3_600_000).toISOString(),
        msPlayed: 40_000,
      }));
      const { status } = await app.call('POST', '/streams/batch', { token: member.token, json: { plays } });
      expect(status).toBe(200);
      fans.push({ member, taste, heard: [...new Set(heard)] });
    }
    for (const song of songs.flat())
      await eventually(async () => (await app.call('GET', `/tracks/${song}`)).body.status === 'ready');
  }, 600_000);
  afterAll(async () => {
    await endPrograms();
    await database.drop();
    data.remove();
  }, 30_000);

  test('recommends something before anything was learnt, and says that it is not the engine’s', async () => {
    const { items, model } = await recommended(fans[0]!.member);
    expect(items).toHaveLength(10);
    expect(model).toMatchObject({ source: 'popularity', degraded: true });
    expect(['taste', 'popular']).toContain(model['rung']);
  });

  test('after ops train every fan gets unheard songs of their own taste, for reasons that are true', async () => {
    const trained = await train();
    expect(trained).toMatchObject({
      status: 0,
      document: { tracks: 36, listeners: 2 * FANS_OF_TASTE, daysExported: expect.anything() },
    });
    await eventually(isServing);
    let because = 0;
    for (const { member, taste, heard } of fans) {
      const { items, model } = await recommended(member);
      expect(model).toMatchObject({
        source: 'engine',
        rung: 'engine',
        degraded: false,
        version: trained.document.version,
      });
      // One place in ten tries what few have heard.
      const first = items.slice(0, 5).filter(({ reason }) => reason.kind !== 'new-and-rising');
      expect(first.length).toBeGreaterThanOrEqual(4);
      expect(first.every(({ track }) => songs[taste]!.includes(track.trackId))).toBe(true);
      for (const { track, reason } of items) {
        expect(heard).not.toContain(track.trackId);
        if (reason.kind === 'because-you-played') expect(heard).toContain(reason.trackId);
      }
      because += items.filter(({ reason }) => reason.kind === 'because-you-played').length;
    }
    expect(because).toBeGreaterThan(fans.length);
  }, 180_000);

  testWithFfmpeg('hears how the songs sound by their previews', () => {
    const { length } = readdirSync(joinPath(models(), 'sounds/librosa-v1')).filter((name) => name.endsWith('.npy'));
    expect(length).toBeGreaterThan(0);
  });

  test('what sounds alike and what a station plays are of one taste too', async () => {
    const { member } = fans[0]!;
    const [song] = songs[0]!;
    const similar = await ask(`/tracks/${song}/similar?limit=5`, member);
    expectContract(listSimilarTracks, similar);
    expect(similar.body.items.every(({ track }: Item) => songs[0]!.includes(track.trackId))).toBe(true);
    const first = await ask(`/radio?trackId=${song}&limit=4`, member);
    expectContract(listenToRadio, first);
    expect(first.body.model.rung).toBe('engine');
    const second = await ask(`/radio?trackId=${song}&limit=4&cursor=${first.body.nextCursor}`, member);
    const played = [...first.body.items, ...second.body.items].map(({ track }: Item) => track.trackId);
    expect(played).toHaveLength(8);
    expect(new Set([song, ...played]).size).toBe(9);
  });

  test('keeps what was shown, so that models can be compared', async () => {
    const rows = await database.sql(
      `select surface, rung, cardinality(track_ids) as shown from impression where rung = 'engine' order by id`,
    );
    expect(new Set(rows.map(({ surface }) => surface))).toEqual(new Set(['for-you', 'similar', 'radio']));
    expect(rows.every(({ shown }) => Number(shown) > 0)).toBe(true);
  });

  test('gives the fan’s last list, and then neighbours, while the engine hangs, and is back when it is', async () => {
    const [engine] = engineProcesses();
    if (engine === undefined) throw new Error('no engine');
    const { member, taste } = fans[1]!;
    await recommended(member);
    process.kill(engine, 'SIGSTOP');
    try {
      await eventually(async () => (await recommended(member)).model['rung'] === 'last-good');
      await database.sql(`delete from last_good_list`);
      await eventually(async () => (await recommended(member)).model['rung'] === 'neighbours');
      const { items, model } = await recommended(member);
      expect(model).toMatchObject({ rung: 'neighbours', source: 'engine', degraded: true });
      expect(items.slice(0, 3).every(({ track }) => songs[taste]!.includes(track.trackId))).toBe(true);
      expect((await app.call('GET', '/health/live')).status).toBe(200);
    } finally {
      process.kill(engine, 'SIGCONT');
    }
    await eventually(isServing);
  }, 60_000);

  test('starts the engine again when it was killed', async () => {
    for (const pid of engineProcesses()) process.kill(pid, 'SIGKILL');
    expect((await recommended(fans[0]!.member)).items.length).toBeGreaterThan(0);
    await eventually(isServing);
  }, 60_000);

  test('goes on with the model that it has where a newer one is broken', async () => {
    const served = async () => (await recommended(fans[0]!.member)).model['version'];
    const before = String(await served());
    const versions = joinPath(models(), 'versions');
    cpSync(joinPath(versions, before), joinPath(versions, 'broken'), { recursive: true });
    const [file] = readdirSync(joinPath(versions, 'broken')).filter((name) => name.endsWith('.npy'));
    const path = joinPath(versions, 'broken', file!);
    chmodSync(path, 0o600);
    truncateSync(path, statSync(path).size - 1);
    const pointer = readFileSync(joinPath(models(), 'current'));
    writeFileSync(joinPath(models(), 'current'), JSON.stringify({ current: 'broken', previous: before }));
    await setTimeout(3_000);
    expect(await served()).toBe(before);
    expect((await recommended(fans[0]!.member)).model['rung']).toBe('engine');
    writeFileSync(joinPath(models(), 'current'), pointer);
    const newer = (await train()).document.version;
    expect(newer).not.toBe(before);
    await eventually(async () => (await served()) === newer);
  }, 180_000);

  test('forgets an erased fan in what it learns from', async () => {
    const { member } = fans[2]!;
    const gone = await app.call('DELETE', '/users/me', { token: member.token, json: { password: 'Correct1horse' } });
    expect(gone.status).toBe(204);
    expect((await train()).document.listeners).toBe(2 * FANS_OF_TASTE - 1);
    await eventually(async () => {
      const [row] = await database.sql(
        `select (select count(*) from impression where listener_id = ${member.userId})
           + (select count(*) from last_good_list where listener_id = ${member.userId}) as left`,
      );
      return Number(row!['left']) === 0;
    });
  }, 180_000);
});
