import { connect } from 'node:net';
import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { MediaStore, StagedMedia } from '@backline/core/catalog';
import { memoryMediaStore } from '@backline/memory';
import { wav } from '../../support/audio-fixtures.ts';
import { type HttpApp, type Person, expectProblem, openHttpApp } from '../../support/http.ts';

/** Counts what is staged and not yet kept or given up. */
const watchedMedia = () => {
  const media = memoryMediaStore();
  const open = new Set<string>();
  let broken = 0;
  const watched: MediaStore = {
    ...media,
    stage: async (bytes, limits) => {
      try {
        const staged = await media.stage(bytes, limits);
        if (staged.ok) open.add(staged.value.id);
        return staged;
      } catch (cause) {
        broken += 1;
        throw cause;
      }
    },
    keep: async (staged, role) => {
      open.delete(staged.id);
      return media.keep(staged, role);
    },
    discard: async (staged: StagedMedia) => {
      open.delete(staged.id);
      return media.discard(staged);
    },
  };
  return { watched, open, broken: () => broken };
};

const BOUNDARY = 'x-boundary-x';
const FORM = { 'Content-Type': `multipart/form-data; boundary=${BOUNDARY}` };

type Part = { readonly head: string; readonly content: string | Uint8Array };

const file = (content: string | Uint8Array, name = 'file', fileName = 'a.wav'): Part => ({
  head: `Content-Disposition: form-data; name="${name}"; filename="${fileName}"\r\nContent-Type: audio/wav`,
  content,
});
const field = (name: string, content: string | Uint8Array): Part => ({
  head: `Content-Disposition: form-data; name="${name}"`,
  content,
});
const body = (parts: readonly Part[], end = `--${BOUNDARY}--\r\n`): Uint8Array =>
  Buffer.concat([
    ...parts.flatMap(({ head, content }) => [
      Buffer.from(`--${BOUNDARY}\r\n${head}\r\n\r\n`),
      Buffer.from(content as Uint8Array),
      Buffer.from('\r\n'),
    ]),
    Buffer.from(end),
  ]);

const SONG = wav({ seconds: 2 });

describe('uploads over HTTP', () => {
  const media = watchedMedia();
  let app: HttpApp;
  let artist: Person;

  beforeAll(async () => {
    app = await openHttpApp({ ports: { media: media.watched } });
    artist = await app.person('ARTIST');
  });
  afterAll(() => app.close());
  beforeEach(() => expect(media.open.size).toBe(0));

  const send = (bytes: Uint8Array, headers: Record<string, string> = FORM) =>
    app.call('POST', '/tracks', { token: artist.token, bytes, headers });

  const nothingKept = async () => {
    expect(media.open.size).toBe(0);
    expect((await app.call('GET', `/artists/${artist.userId}`)).body.trackCount).toBe(0);
  };

  test.each([
    ['two files', [file(SONG), file(SONG), field('title', 'a')], ['file']],
    ['a file that nobody asked for', [file(SONG), file(SONG, 'extra'), field('title', 'a')], ['extra']],
    ['the file as text', [field('file', 'RIFF'), field('title', 'a')], ['file']],
    ['the file without its name', [file(SONG, 'file', ''), field('title', 'a')], ['file']],
    ['a title that is a file', [file(SONG), file('a', 'title')], ['title']],
    ['no file', [field('title', 'a')], ['file']],
    ['only an unknown field', [field('x', 'a')], ['file', 'x']],
    ['no parts', [], ['file']],
    ['a part without a name', [file(SONG), { head: 'Content-Disposition: form-data', content: 'a' }], ['body']],
    ['text that is not UTF-8', [file(SONG), field('title', Uint8Array.of(0xff, 0xfe))], ['title']],
    ['a field of 20,000', [file(SONG), field('title', 'x'.repeat(20_000))], ['title']],
    ['65 fields', [file(SONG), ...Array.from({ length: 65 }, () => field('tags', 'a'))], ['body']],
  ] as readonly (readonly [string, readonly Part[], readonly string[]])[])(
    'a form with %s is refused by name and nothing is kept',
    async (_, parts, named) => {
      const answer = await send(body(parts));
      expect([...expectProblem(answer, 400, 'invalid-input')].sort()).toEqual(named);
      await nothingKept();
    },
  );

  test.each([
    ['never closed', body([file(SONG), field('title', 'a')], '')],
    ['cut in the file', body([file(SONG), field('title', 'a')]).subarray(0, 5_000)],
    ['cut in a head', body([file(SONG), field('title', 'a')]).subarray(0, 60)],
    ['no form at all', Buffer.from('hello')],
    ['empty', new Uint8Array()],
  ])('a body that is %s is refused and nothing is kept', async (_, bytes) => {
    expectProblem(await send(bytes), 400, 'invalid-input');
    await nothingKept();
  });

  test.each([
    ['no boundary', 'multipart/form-data', 400, 'invalid-input'],
    ['an endless boundary', `multipart/form-data; boundary=${'x'.repeat(71)}`, 400, 'invalid-input'],
    ['JSON that is none', 'application/json', 400, 'invalid-text'],
    ['text', 'text/plain', 415, 'unsupported-media-type'],
    ['another multipart', `multipart/mixed; boundary=${BOUNDARY}`, 415, 'unsupported-media-type'],
  ])('a media type with %s is refused', async (_, type, status, problem) => {
    expectProblem(await send(body([file(SONG), field('title', 'a')]), { 'Content-Type': type }), status, problem);
    await nothingKept();
  });

  test('a declared length over the limit is refused before the bytes come, and the connection ends', async () => {
    const socket = connect(app.port, '127.0.0.1');
    socket.write(
      `POST /tracks HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${artist.token}\r\n` +
        `Content-Type: ${FORM['Content-Type']}\r\nContent-Length: 900000000\r\n\r\n--${BOUNDARY}\r\n`,
    );
    const chunks: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    await once(socket, 'close');
    const answer = Buffer.concat(chunks).toString();
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    expect(answer).toMatch(/\r\nconnection: close\r\n/i);
    expect(answer).toContain('/problems/too-large');
    await nothingKept();
  });

  test('a field is not read past its limit', async () => {
    const answer = await send(body([file(SONG), field('title', 'x'.repeat(20_000))]));
    expect(answer.body.errors).toEqual([{ field: 'title', message: 'must be of at most 16384 bytes' }]);
  });

  test('a picture over 5 MiB is refused, the song beside it given up', async () => {
    const parts = [file(SONG), file(new Uint8Array(5 * 1024 * 1024 + 1), 'artwork'), field('title', 'a')];
    expectProblem(await send(body(parts)), 413, 'too-large');
    await nothingKept();
  });

  test('a client that goes away leaves nothing behind', async () => {
    const before = media.broken();
    const socket = connect(app.port, '127.0.0.1');
    const bytes = body([file(wav({ seconds: 20 })), field('title', 'a')]);
    socket.write(
      `POST /tracks HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${artist.token}\r\n` +
        `Content-Type: ${FORM['Content-Type']}\r\nContent-Length: ${bytes.length}\r\n\r\n`,
    );
    socket.write(bytes.subarray(0, bytes.length - 1_000));
    await setTimeout(50);
    socket.destroy();
    while (media.broken() === before) await setTimeout(5);
    await nothingKept();
  });

  test('the store is read no faster than it takes', async () => {
    let taken = 0;
    const { promise: held, resolve: release } = Promise.withResolvers<void>();
    const slow = await openHttpApp({
      ports: {
        media: {
          ...memoryMediaStore(),
          stage: async (source, limits) => {
            const drops = async function* () {
              for await (const chunk of source) {
                taken += chunk.byteLength;
                await held;
                yield chunk;
              }
            };
            return memoryMediaStore().stage(drops(), limits);
          },
        },
      },
    });
    const person = await slow.person('ARTIST');
    const socket = connect(slow.port, '127.0.0.1');
    const big = new Uint8Array(64 * 1024 * 1024);
    socket.write(
      `POST /tracks HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${person.token}\r\n` +
        `Content-Type: ${FORM['Content-Type']}\r\nContent-Length: ${big.length + 200}\r\n\r\n` +
        `--${BOUNDARY}\r\n${file('').head}\r\n\r\n`,
    );
    socket.write(big);
    await setTimeout(300);
    expect(taken).toBeLessThan(1024 * 1024);
    expect(socket.writableLength).toBeGreaterThan(32 * 1024 * 1024);
    release();
    socket.destroy();
    await slow.close();
  });

  test('a full disk is 507, whether it fills in the middle or at the end', async () => {
    const full = await openHttpApp({
      ports: {
        media: {
          ...memoryMediaStore(),
          stage: async (source) => {
            for await (const _ of source) break;
            return { ok: false, error: { code: 'storage_full' } };
          },
        },
      },
    });
    const person = await full.person('ARTIST');
    const answer = await full.call('POST', '/tracks', {
      token: person.token,
      bytes: body([file(wav({ seconds: 20 })), field('title', 'a')]),
      headers: FORM,
    });
    expectProblem(answer, 507, 'storage-full');
    await full.close();
  });

  test('what the store throws is no fault of the form', async () => {
    const faulty = await openHttpApp({
      ports: { media: { ...memoryMediaStore(), stage: () => Promise.reject(new Error('a bug')) } },
    });
    const person = await faulty.person('ARTIST');
    const answer = await faulty.call('POST', '/tracks', {
      token: person.token,
      bytes: body([file(SONG), field('title', 'a')]),
      headers: FORM,
    });
    expectProblem(answer, 500, 'internal');
    await faulty.close();
  });

  test('parts come in any order, with an epilogue or without', async () => {
    expect(
      (await send(body([field('tags', 'a'), file(SONG), field('title', 'Late'), field('tags', 'b')]))).body,
    ).toMatchObject({
      title: 'Late',
      tags: ['a', 'b'],
    });
    const epilogue = Buffer.concat([body([file(wav({ seconds: 3 })), field('title', 'More')]), Buffer.from('ignored')]);
    expect((await send(epilogue)).status).toBe(201);
    expect(media.open.size).toBe(0);
  });
});
