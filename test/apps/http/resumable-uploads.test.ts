import { createHash, randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  abandonUpload,
  beginUpload,
  getUploadCapabilities,
  lookAtUpload,
  publishTrack,
  resumeUpload,
} from '@backline/contracts/http';
import { MAX_AUDIO_BYTES } from '@backline/core/catalog';
import { systemClock } from '@backline/memory';
import { UPLOAD_LIMITS, tusUploads } from '@backline/tus-uploads';
import { wav } from '../../support/audio-fixtures.ts';
import { type HttpApp, type Person, expectContract, expectProblem, openHttpApp } from '../../support/http.ts';
import { type Scratch, filesBelow, scratchDirectory } from '../../support/scratch.ts';

const TUS = { 'Tus-Resumable': '1.0.0' };
const PIECE = { ...TUS, 'Content-Type': 'application/offset+octet-stream' };
const base64 = (algorithm: string, bytes: Uint8Array): string =>
  `${algorithm} ${createHash(algorithm).update(bytes).digest('base64')}`;

const uploadIdOf = (path: string): string => path.split('/').at(-1)!;

let songs = 0;
const newSong = (): Uint8Array => wav({ seconds: 2 + (songs += 1) / 10 });

describe('uploads that can be resumed', () => {
  let scratch: Scratch;
  let app: HttpApp;
  let [ada, ben, fan]: Person[] = [];
  beforeAll(async () => {
    scratch = scratchDirectory();
    const limits = { ...UPLOAD_LIMITS, maxBytes: MAX_AUDIO_BYTES };
    const uploads = tusUploads({ directory: scratch.path, clock: systemClock(), path: '/uploads', limits });
    app = await openHttpApp({ ports: { uploads }, deps: { uploads, corsOrigins: ['https://studio.example.com'] } });
    [ada, ben, fan] = [await app.person('ARTIST'), await app.person('ARTIST'), await app.person('FAN')];
  });
  afterAll(async () => {
    await app.close();
    scratch.remove();
  });

  const post = (headers: Record<string, string>, by = ada!, bytes?: Uint8Array) =>
    app.call('POST', '/uploads', {
      token: by.token,
      headers: { ...TUS, ...headers },
      ...(bytes === undefined ? {} : { bytes }),
    });
  const begin = async (length: number, by = ada!): Promise<string> => {
    const begun = await post({ 'Upload-Length': String(length) }, by);
    expect(begun.status).toBe(201);
    return begun.headers.location!;
  };
  const patch = (path: string, bytes: Uint8Array, offset: number, headers: Record<string, string> = {}, by = ada!) =>
    app.call('PATCH', path, {
      token: by.token,
      bytes,
      headers: { ...PIECE, 'Upload-Offset': String(offset), ...headers },
    });
  const head = (path: string, by = ada!) => app.call('HEAD', path, { token: by.token, headers: TUS });
  const finish = (json: object, by = ada!) => app.call('POST', '/tracks', { token: by.token, json });

  test('come in pieces, and are published by their id', async () => {
    const song = newSong();
    const begun = await post({ 'Upload-Length': String(song.length), 'Upload-Metadata': 'filename c29uZy53YXY=' });
    expectContract(beginUpload, begun);
    expect(begun).toMatchObject({ status: 201, headers: { 'tus-resumable': '1.0.0' } });
    const path = begun.headers.location!;
    expect(path).toMatch(/^\/uploads\/[0-9a-f-]{36}$/);

    const first = await patch(path, song.subarray(0, 10_000), 0);
    expectContract(resumeUpload, first);
    expect(first).toMatchObject({ status: 204, headers: { 'upload-offset': '10000' } });
    expect(Date.parse(String(first.headers['upload-expires']))).toBeGreaterThan(Date.now());
    const seen = await head(path);
    expectContract(lookAtUpload, seen);
    expect(seen).toMatchObject({
      status: 200,
      headers: {
        'upload-offset': '10000',
        'upload-length': String(song.length),
        'upload-metadata': 'filename c29uZy53YXY=',
        'cache-control': 'no-store',
      },
    });

    const early = await finish({ uploadId: uploadIdOf(path), title: 'Too soon' });
    expectContract(publishTrack, early);
    expect(expectProblem(early, 400, 'invalid-input')).toEqual(['uploadId']);
    expect(early.body.detail).toContain(`10000 of ${song.length} bytes`);
    const last = await patch(path, song.subarray(10_000), 10_000);
    expect(last).toMatchObject({ status: 204, headers: { 'upload-offset': String(song.length) } });
    expect(last.headers['upload-expires']).toBeUndefined();

    const published = await finish({ uploadId: uploadIdOf(path), title: 'Dawn', genre: 'Folk', tags: ['calm'] });
    expectContract(publishTrack, published);
    expect(published).toMatchObject({
      status: 201,
      body: { title: 'Dawn', genre: 'Folk', tags: ['calm'], sizeBytes: song.length },
    });
    expect((await head(path)).status).toBe(404);
    expect(filesBelow(scratch.path)).toEqual([]);
  });

  test('may bring their first piece along', async () => {
    const song = newSong();
    const headers = { ...PIECE, 'Upload-Length': String(song.length), 'Upload-Checksum': base64('sha256', song) };
    const begun = await post(headers, ada!, song);
    expect(begun).toMatchObject({ status: 201, headers: { 'upload-offset': String(song.length) } });
    expect((await finish({ uploadId: uploadIdOf(begun.headers.location!), title: 'At once' })).status).toBe(201);
  });

  test('tell anyone what they can do', async () => {
    const told = await app.call('OPTIONS', '/uploads');
    expectContract(getUploadCapabilities, told);
    expect(told).toMatchObject({
      status: 204,
      headers: {
        'tus-version': '1.0.0',
        'tus-extension': 'creation,creation-with-upload,termination,checksum,expiration',
        'tus-max-size': String(MAX_AUDIO_BYTES),
        'tus-checksum-algorithm': 'sha1,sha256,md5',
      },
    });
    const preflight = await app.call('OPTIONS', '/uploads', {
      headers: { Origin: 'https://studio.example.com', 'Access-Control-Request-Method': 'PATCH' },
    });
    expect(preflight.headers['access-control-allow-headers']).toContain('Upload-Offset');
    expect(told.headers['access-control-allow-origin']).toBeUndefined();
  });

  test('are checked piece by piece: of a damaged one nothing is kept', async () => {
    const song = newSong();
    const path = await begin(song.length);
    const [one, two] = [song.subarray(0, 5_000), song.subarray(5_000)];
    for (const algorithm of ['sha1', 'md5'])
      expectProblem(
        await patch(path, Buffer.from(one).fill(1), 0, { 'Upload-Checksum': base64(algorithm, one) }),
        460,
        'wrong-checksum',
      );
    expect((await head(path)).headers['upload-offset']).toBe('0');
    expect((await patch(path, one, 0, { 'Upload-Checksum': base64('sha1', one) })).status).toBe(204);
    expect((await patch(path, two, 5_000, { 'Upload-Checksum': base64('sha256', two) })).status).toBe(204);
    for (const garbage of ['crc32 AAAA', 'sha1', 'sha1 AAAA', 'sha1 ====', ''])
      expect(expectProblem(await patch(path, one, 0, { 'Upload-Checksum': garbage }), 400, 'invalid-input')).toEqual([
        'Upload-Checksum',
      ]);
    expect((await finish({ uploadId: uploadIdOf(path), title: 'Checked' })).status).toBe(201);
  });

  test('can be given up', async () => {
    const path = await begin(1_000);
    const gone = await app.call('DELETE', path, { token: ada!.token, headers: TUS });
    expectContract(abandonUpload, gone);
    expect(gone.status).toBe(204);
    expect((await head(path)).status).toBe(404);
    expectProblem(await app.call('DELETE', path, { token: ada!.token, headers: TUS }), 404, 'not-found');
  });

  test('are nobody else’s', async () => {
    const song = newSong();
    const path = await begin(song.length);
    expect((await head(path, ben!)).status).toBe(404);
    expectProblem(await patch(path, song, 0, {}, ben!), 404, 'not-found');
    expectProblem(await app.call('DELETE', path, { token: ben!.token, headers: TUS }), 404, 'not-found');
    await patch(path, song, 0);
    const stolen = await finish({ uploadId: uploadIdOf(path), title: 'Mine' }, ben!);
    expect(expectProblem(stolen, 400, 'invalid-input')).toEqual(['uploadId']);
    for (const [by, status, type] of [
      [fan!, 403, 'artists-only'],
      [{ ...fan!, token: '' }, 401, 'unauthorized'],
    ] as const)
      expectProblem(await post({ 'Upload-Length': '10' }, by), status, type);
    expect((await finish({ uploadId: uploadIdOf(path), title: 'Mine' })).status).toBe(201);
  });

  test('are begun once: the same audio is a duplicate, whichever way it comes, and its upload goes', async () => {
    const song = newSong();
    const [one, two] = [await begin(song.length), await begin(song.length)];
    await patch(one, song, 0);
    await patch(two, song, 0);
    const both = await Promise.all([one, two].map((path) => finish({ uploadId: uploadIdOf(path), title: 'Twice' })));
    expect(both.map(({ status }) => status).sort()).toEqual([201, 409]);
    const refused = both.find(({ status }) => status === 409)!;
    expectContract(publishTrack, refused);
    expect(refused.body.trackId).toBe(both.find(({ status }) => status === 201)!.body.trackId);
    expect(filesBelow(scratch.path)).toEqual([]);
  });

  test('that lack a title can be published with one; those that are no audio go', async () => {
    const song = newSong();
    const path = await begin(song.length);
    await patch(path, song, 0);
    expect(expectProblem(await finish({ uploadId: uploadIdOf(path) }), 400, 'invalid-input')).toEqual(['title']);
    expect((await finish({ uploadId: uploadIdOf(path), title: 'Named' })).status).toBe(201);

    const text = await begin(4);
    await patch(text, Buffer.from('text'), 0);
    expectProblem(await finish({ uploadId: uploadIdOf(text), title: 'Text' }), 415, 'unsupported-audio');
    expect((await head(text)).status).toBe(404);
  });

  test.each([
    ['no id', { title: 'x' }, ['uploadId']],
    ['an id that is none', { uploadId: '../../etc/passwd' }, ['uploadId']],
    ['an id of nothing', { uploadId: randomUUID(), title: 'x' }, ['uploadId']],
    ['a field too many', { uploadId: randomUUID(), file: 'x' }, ['file']],
    ['a day that is none', { uploadId: randomUUID(), releasedOn: 'today' }, ['releasedOn']],
  ])('are not published by %s', async (_, json, fields) => {
    expect(expectProblem(await finish(json), 400, 'invalid-input')).toEqual(fields);
  });

  test.each([
    ['no version', { 'Upload-Length': '10', 'Tus-Resumable': '' }, 412, 'tus-version', []],
    ['another version', { 'Upload-Length': '10', 'Tus-Resumable': '0.2.2' }, 412, 'tus-version', []],
    ['no length', {}, 400, 'invalid-input', ['Upload-Length']],
    ['a length of nothing', { 'Upload-Length': '0' }, 400, 'invalid-input', ['Upload-Length']],
    ['a negative length', { 'Upload-Length': '-1' }, 400, 'invalid-input', ['upload-length']],
    ['half a length', { 'Upload-Length': '1.5' }, 400, 'invalid-input', ['upload-length']],
    ['a length said later', { 'Upload-Defer-Length': '1' }, 400, 'invalid-input', ['Upload-Defer-Length']],
    [
      'a part of another',
      { 'Upload-Length': '9', 'Upload-Concat': 'partial' },
      400,
      'invalid-input',
      ['Upload-Concat'],
    ],
    [
      'garbled words',
      { 'Upload-Length': '9', 'Upload-Metadata': 'a b c,,' },
      400,
      'invalid-input',
      ['upload-metadata'],
    ],
    ['too much', { 'Upload-Length': String(MAX_AUDIO_BYTES + 1) }, 413, 'too-large', []],
  ])('are not begun with %s', async (_, headers, status, type, fields) => {
    expect(expectProblem(await post(headers), status, type)).toEqual(fields);
    expect(filesBelow(scratch.path)).toEqual([]);
  });

  test('take no piece but the next, and no more than was said', async () => {
    const path = await begin(1_000);
    const piece = Buffer.alloc(600, 1);
    expectProblem(await patch(path, piece, 1), 409, 'upload-offset');
    expect((await patch(path, piece, 0)).status).toBe(204);
    expectProblem(await patch(path, piece, 0), 409, 'upload-offset');
    expectProblem(await patch(path, piece, 600), 413, 'too-large');
    expect(expectProblem(await patch(path, piece, 600, { 'Content-Type': 'audio/wav' }), 400, 'invalid-input')).toEqual(
      ['content-type'],
    );
    const lying = await app.call('PATCH', path, { token: ada!.token, headers: PIECE, bytes: piece });
    expect(expectProblem(lying, 400, 'invalid-input')).toEqual(['Upload-Offset']);
    expect((await head(path)).headers['upload-offset']).toBe('600');
    await app.call('DELETE', path, { token: ada!.token, headers: TUS });
  });

  test('keep what came of a piece that broke off, and take the rest', async () => {
    const song = newSong();
    const path = await begin(song.length);
    const socket = connect(app.port, '127.0.0.1');
    socket.write(
      `PATCH ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${ada!.token}\r\nTus-Resumable: 1.0.0\r\n` +
        `Upload-Offset: 0\r\nContent-Type: application/offset+octet-stream\r\nContent-Length: ${song.length}\r\n\r\n`,
    );
    socket.write(song.subarray(0, 20_000));
    await setTimeout(300);
    socket.destroy();
    let offset = 0;
    for (let step = 0; step < 100 && offset === 0; step += 1) {
      await setTimeout(50);
      offset = Number((await head(path)).headers['upload-offset']);
    }
    expect(offset).toBe(20_000);
    expect((await patch(path, song.subarray(offset), offset)).status).toBe(204);
    expect((await finish({ uploadId: uploadIdOf(path), title: 'Broken off' })).status).toBe(201);
  });

  test('in chunks of unknown number take no more than was said', async () => {
    const path = await begin(1_000);
    const answer = await fetch(`${app.url}${path}`, {
      method: 'PATCH',
      headers: { ...PIECE, 'Upload-Offset': '0', Authorization: `Bearer ${ada!.token}` },
      body: new ReadableStream({
        pull: (controller) => controller.enqueue(new Uint8Array(700)),
      }),
      duplex: 'half',
    } as RequestInit).catch(() => null);
    expect([null, 413]).toContain(answer === null ? null : answer.status);
    expect(Number((await head(path)).headers['upload-offset'])).toBeLessThanOrEqual(1_000);
    await app.call('DELETE', path, { token: ada!.token, headers: TUS });
  });
});
