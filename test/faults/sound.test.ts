import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { join as joinPath } from 'node:path';
import { describeWithFfmpeg } from '../support/ffmpeg.ts';
import { audioForm } from '../support/http.ts';
import { type Member, join } from '../support/people.ts';
import { type TestDatabase, freshDatabase } from '../support/postgres.ts';
import { type Program, endPrograms, eventually, startApp, startProgram } from '../support/programs.ts';
import { type Scratch, filesBelow, scratchDirectory } from '../support/scratch.ts';
import { song, toneOf } from '../support/songs.ts';

const AUDIO = song([toneOf({ seconds: 180, level: -18 })]);

let data: Scratch;
let database: TestDatabase;
let env: Record<string, string>;
let app: Program;
let artist: Member;

beforeAll(async () => {
  data = scratchDirectory();
  database = await freshDatabase();
  env = { DATABASE_URL: database.url, DATA_DIR: data.path };
  app = await startApp('http', env);
  artist = await join(app, 'ARTIST');
}, 120_000);

afterAll(async () => {
  await endPrograms();
  await database.drop();
  data.remove();
}, 30_000);

const startWorker = (): Promise<Program> => startProgram('worker', { ...env, PORT: String(app.port) });

const publish = async (title: string, audio: Uint8Array): Promise<number> => {
  const { status, body } = await app.call('POST', '/tracks', {
    token: artist.token,
    form: audioForm(audio, { title }),
  });
  expect(status).toBe(201);
  return body.trackId;
};

const count = (folder: string): number => filesBelow(joinPath(data.path, folder)).length;

describeWithFfmpeg('a worker that is killed while it processes a track', () => {
  test('is gone on after by another, and no file is kept twice', async () => {
    const trackId = await publish('Dawn', AUDIO);
    const worker = await startWorker();
    const stepOf = async () => (await app.call('GET', `/tracks/${trackId}`)).body.progress.step;
    await eventually(async () => (await stepOf()) === 'opus-160');
    worker.signal('SIGKILL');
    await worker.ended;
    const second = await startWorker();
    await eventually(async () => (await stepOf()) === 'opus-96');
    await eventually(async () => (await app.call('GET', `/tracks/${trackId}`)).body.status === 'ready');
    second.signal('SIGTERM');
    expect(await second.ended).toBe(0);
    expect({
      masters: count('audio/masters'),
      derived: count('audio/derived'),
      staged: count('audio/staging'),
    }).toEqual({
      masters: 1,
      derived: 7,
      staged: 0,
    });
    expect(count('scratch')).toBe(0);
  }, 180_000);
});
