import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { getPreview, streamTrack } from '@backline/contracts/http';
import { wav } from '../../support/audio-fixtures.ts';
import { audioForm, expectContract, expectProblem } from '../../support/http.ts';
import { type Member, join } from '../../support/people.ts';
import { type TestDatabase, freshDatabase } from '../../support/postgres.ts';
import { type Program, endPrograms, eventually, startApp } from '../../support/programs.ts';
import { type S3Server, describeWithS3, startS3Server } from '../../support/s3-server.ts';
import { type Scratch, filesBelow, scratchDirectory } from '../../support/scratch.ts';

const SONG = wav({ seconds: 45 });

describeWithS3('a platform whose audio lies in S3', () => {
  let server: S3Server;
  let data: Scratch;
  let database: TestDatabase;
  let app: Program;
  let artist: Member;
  let trackId: number;

  beforeAll(async () => {
    [server, data] = [await startS3Server(), scratchDirectory()];
    database = await freshDatabase();
    app = await startApp('platform', {
      DATABASE_URL: database.url,
      DATA_DIR: data.path,
      S3_BUCKET: server.bucket,
      S3_ENDPOINT: server.endpoint,
      S3_ACCESS_KEY_ID: server.accessKeyId,
      S3_SECRET_ACCESS_KEY: server.secretAccessKey,
    });
    artist = await join(app, 'ARTIST');
    const form = audioForm(SONG, { title: 'Far away' });
    const { status, body } = await app.call('POST', '/tracks', { token: artist.token, form });
    expect(status).toBe(201);
    trackId = body.trackId;
    await eventually(async () => (await app.call('GET', `/tracks/${trackId}`)).body.status === 'ready');
  }, 120_000);
  afterAll(async () => {
    await endPrograms();
    await server.stop();
    await database.drop();
    data.remove();
  }, 30_000);

  const stream = (path = 'stream', token: string | undefined = artist.token) =>
    app.call('GET', `/tracks/${trackId}/${path}`, token === undefined ? {} : { token });

  test('keeps nothing of it on the disk', () => {
    expect(filesBelow(data.path).filter((path) => /\/audio\//.test(path))).toEqual([]);
    expect(filesBelow(server.directory).some((path) => path.includes('/masters/'))).toBe(true);
    expect(filesBelow(server.directory).some((path) => path.includes('/staging/'))).toBe(false);
  });

  test('sends whoever may hear it there, with a link that nobody keeps', async () => {
    const answer = await stream();
    expectContract(streamTrack, answer);
    expect(answer).toMatchObject({ status: 302, text: '', headers: { 'cache-control': 'private, no-store' } });
    const heard = await fetch(answer.headers.location!);
    expect(heard.status).toBe(200);
    expect(heard.headers.get('content-type')).toBe('audio/wav');
    expect(Buffer.from(await heard.arrayBuffer()).equals(SONG)).toBe(true);

    expect((await app.call('HEAD', `/tracks/${trackId}/stream`, { token: artist.token })).headers).toMatchObject({
      'content-length': String(SONG.length),
      'content-type': 'audio/wav',
    });
    expectProblem(await app.call('GET', `/tracks/${trackId}/stream`), 401, 'unauthorized');
    const fan = await join(app, 'FAN');
    expectProblem(await stream('stream', fan.token), 402, 'subscription-required');
  });

  test('follows a link as a player does, with a range', async () => {
    const linked = await app.call('POST', `/tracks/${trackId}/stream-url`, { token: artist.token });
    const part = await fetch(linked.body.url, { headers: { Range: 'bytes=100-199' } });
    expect(Buffer.from(await part.arrayBuffer()).equals(SONG.subarray(100, 200))).toBe(true);
  });

  test('has the worker’s files there, where there is ffmpeg to make them', async () => {
    const ready = await app.call('GET', '/health/ready');
    const preview = await stream('preview', undefined);
    expectContract(getPreview, preview);
    if (ready.body.checks.renditions.status !== 'ok') return expect(preview.status).toBe(404);
    expect(preview.status).toBe(302);
    const heard = await fetch(preview.headers.location!);
    expect(heard.headers.get('content-type')).toBe('audio/mp4');
    expect((await heard.arrayBuffer()).byteLength).toBeGreaterThan(10_000);
  });

  test('removes what is removed, and says where the storage is away that it cannot work without it', async () => {
    expect((await app.call('GET', '/health/ready')).body.checks.audio).toEqual({ status: 'ok' });
    await app.call('DELETE', `/tracks/${trackId}`, { token: artist.token });
    await eventually(() => filesBelow(server.directory).length === 0);
    await server.stop();
    expect(await app.call('GET', '/health/ready')).toMatchObject({
      status: 503,
      body: { checks: { audio: { status: 'failed' } } },
    });
    const form = audioForm(wav({ seconds: 3 }), { title: 'Lost?' });
    const refused = await app.call('POST', '/tracks', { token: artist.token, form });
    expectProblem(refused, 503, 'unavailable');
    expect((await app.call('GET', '/tracks')).body.items).toEqual([]);
  }, 60_000);
});
