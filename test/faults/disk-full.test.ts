import { symlinkSync } from 'node:fs';
import { join as joinPath } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { wav } from '../support/audio-fixtures.ts';
import { audioForm, expectProblem } from '../support/http.ts';
import { type Member, join, publish } from '../support/people.ts';
import { type TestDatabase, freshDatabase } from '../support/postgres.ts';
import { type Program, endPrograms, startApp } from '../support/programs.ts';
import { type Scratch, filesBelow, scratchDirectory, smallDisk } from '../support/scratch.ts';

const disk = smallDisk(4);
const whereMountable = disk === null ? describe.skip : describe;

let data: Scratch;
let database: TestDatabase;
let app: Program;
let artist: Member;

beforeAll(async () => {
  if (disk === null) return;
  data = scratchDirectory();
  database = await freshDatabase();
  symlinkSync(disk.path, joinPath(data.path, 'audio'));
  app = await startApp('http', { DATABASE_URL: database.url, DATA_DIR: data.path });
  artist = await join(app, 'ARTIST');
}, 60_000);

afterAll(async () => {
  if (disk === null) return;
  await endPrograms();
  disk.remove();
  await database.drop();
  data.remove();
}, 30_000);

whereMountable('the disk of the audio is full (skipped where this user may not mount one)', () => {
  test('an upload is refused with 507, and leaves neither a file nor a track', async () => {
    const before = filesBelow(disk?.path ?? '');
    const form = audioForm(wav({ seconds: 60, rate: 48_000 }), { title: 'Too much' });
    const answer = await app.call('POST', '/tracks', { token: artist.token, form });
    expectProblem(answer, 507, 'storage-full');
    expect(filesBelow(disk?.path ?? '')).toEqual(before);
    expect(await database.sql('select from track')).toEqual([]);
  }, 30_000);

  test('several at once are kept whole or not at all, and one that fits is taken', async () => {
    const forms = Array.from({ length: 6 }, (_, index) =>
      audioForm(wav({ seconds: 15 + index / 100, rate: 48_000 }), { title: `Song ${index}` }),
    );
    const answers = await Promise.all(forms.map((form) => app.call('POST', '/tracks', { token: artist.token, form })));
    const refused = answers.filter(({ status }) => status !== 201);
    expect(refused.length).toBeGreaterThan(0);
    for (const answer of refused) expectProblem(answer, 507, 'storage-full');
    const kept = answers.length - refused.length;
    expect(await database.sql('select from track')).toHaveLength(kept);
    expect(filesBelow(disk?.path ?? '')).toHaveLength(kept);

    await publish(app, artist);
    expect(filesBelow(disk?.path ?? '')).toHaveLength(kept + 1);
  }, 60_000);

  test('the rest of the platform goes on', async () => {
    await join(app, 'FAN');
    expect((await app.call('GET', '/health/live')).status).toBe(200);
    expect((await app.call('GET', '/tracks')).status).toBe(200);
  }, 30_000);
});
