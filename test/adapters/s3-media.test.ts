import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { DAY_MS, HOUR_MS, Unavailable } from '@backline/core/kernel';
import { type SteppingClock, steppingClock } from '@backline/memory';
import { type S3MediaStore, s3MediaStore } from '@backline/s3-media';
import { randomBytes } from '../support/audio-fixtures.ts';
import { inChunks } from '../support/byte-sources.ts';
import { freePort } from '../support/programs.ts';
import { type S3Server, describeWithS3, startS3Server } from '../support/s3-server.ts';
import { filesBelow } from '../support/scratch.ts';
import { keptIn, mediaStoreSuite, openedIn, sha256, stagedIn } from '../suites/media-store.ts';
import { NOW } from '../suites/samples.ts';

/** Of which the store needs several parts. */
const LONG = randomBytes(12_000_001, 3);

let server: S3Server;
let clock: SteppingClock;
let store: S3MediaStore;

describeWithS3('in S3', () => {
  beforeAll(async () => {
    server = await startS3Server();
    clock = steppingClock(NOW);
    store = s3MediaStore({ ...server, clock });
  }, 30_000);
  afterAll(async () => {
    await store.close();
    await server.stop();
  });

  mediaStoreSuite('S3', async () => ({
    store: s3MediaStore({ ...server, clock: { now: () => NOW } }),
    now: NOW,
    close: async () => undefined,
  }));

  describe('media in S3', () => {
    test('of several parts are whole, as masters apart from what is made of them', async () => {
      const staged = await store.stage(inChunks(LONG), { maxBytes: LONG.length });
      if (!staged.ok) throw new Error(staged.error.code);
      const key = await store.keep(staged.value, 'master');
      const source = await openedIn(store, key);
      expect(source).toMatchObject({ sizeBytes: LONG.length, modifiedAt: NOW, digest: sha256(LONG) });
      const [path] = filesBelow(server.directory).filter((one) => one.includes(sha256(LONG)));
      expect(path).toMatch(/\/media\/masters\/..\/..\//);
      await store.remove(key);
    });

    test('can be read by whoever has a link, in ranges, as what it is said to be, until it expires', async () => {
      const source = await openedIn(store, await keptIn(store, LONG.subarray(0, 100_000)));
      const link = await (source as Awaited<ReturnType<S3MediaStore['open']>>)!.link!({
        contentType: 'audio/flac',
        fileName: 'track-1',
      });
      const whole = await fetch(link);
      expect(whole.status).toBe(200);
      expect(sha256(new Uint8Array(await whole.arrayBuffer()))).toBe(source.digest);
      expect(whole.headers.get('content-type')).toBe('audio/flac');
      expect(whole.headers.get('content-disposition')).toBe('inline; filename="track-1"');
      const part = await fetch(link, { headers: { Range: 'bytes=10-19' } });
      // S3 answers 206, rclone 200 with the range.
      expect([part.headers.get('content-range'), (await part.arrayBuffer()).byteLength]).toEqual([
        'bytes 10-19/100000',
        10,
      ]);
      expect(new URL(link).searchParams.get('X-Amz-Expires')).toBe(String((6 * HOUR_MS) / 1_000));
      expect((await fetch(link.replace(/Signature=../, 'Signature=00'))).status).toBe(403);
      expect((await fetch(link.replace('track-1', 'track-2'))).status).toBe(403);
      expect([400, 403]).toContain((await fetch(link.split('?')[0]!)).status);
    });

    test('that were never kept are swept after a day', async () => {
      const [, young] = [await stagedIn(store, LONG.subarray(0, 10)), await stagedIn(store, LONG.subarray(0, 11))];
      clock.advance(DAY_MS + 1);
      const fresh = await stagedIn(store, LONG.subarray(0, 12));
      await store.discard(young);
      expect(await store.sweep()).toBeGreaterThanOrEqual(1);
      expect(await store.sweep()).toBe(0);
      await store.keep(fresh, 'derived');
    });

    test('that are too large, or break off, leave nothing', async () => {
      const before = filesBelow(server.directory).length;
      expect(await store.stage(inChunks(LONG), { maxBytes: LONG.length - 1 })).toMatchObject({ ok: false });
      const broken = async function* (): AsyncGenerator<Uint8Array> {
        yield LONG.subarray(0, 6_000_000);
        throw new Error('gone');
      };
      await expect(store.stage(broken(), { maxBytes: LONG.length })).rejects.toThrow('gone');
      expect(filesBelow(server.directory).length).toBe(before);
    });
  });

  describe('where S3', () => {
    const song = LONG.subarray(0, 1_000);

    test('is away, the storage is', async () => {
      const away = s3MediaStore({ ...server, clock, endpoint: `http://127.0.0.1:${await freePort()}` });
      const staged = await stagedIn(store, song);
      const key = store.keyOf(staged, 'master');
      await store.keep(staged, 'master');
      await expect(away.stage(inChunks(song), { maxBytes: 10_000 })).rejects.toThrow(Unavailable);
      await expect(away.open(key)).rejects.toThrow(Unavailable);
      await expect(away.remove(key)).rejects.toThrow(Unavailable);
      await expect(away.check()).rejects.toThrow();
      await expect(store.check()).resolves.toBeUndefined();
      await away.close();
    });

    test('breaks off, the bytes do too, and are not taken for the whole', async () => {
      const cutting = createServer((socket) => {
        socket.on('error', () => undefined);
        socket.once('data', (request) => {
          const head = `HTTP/1.1 ${request.toString().startsWith('HEAD') ? '200 OK' : '206 Partial'}\r\nContent-Length: 1000\r\n\r\n`;
          socket.write(head);
          if (request.toString().startsWith('HEAD')) return void socket.end();
          socket.write(song.subarray(0, 400));
          socket.destroySoon();
        });
      });
      cutting.listen(0, '127.0.0.1');
      await once(cutting, 'listening');
      const address = cutting.address();
      if (address === null || typeof address === 'string') throw new Error('no port');
      const cut = s3MediaStore({ ...server, clock, endpoint: `http://127.0.0.1:${address.port}` });
      const staged = await stagedIn(store, song);
      const source = await openedIn(cut, store.keyOf(staged, 'master'));
      let length = 0;
      const write = async (chunk: Uint8Array): Promise<void> => void (length += chunk.length);
      await expect(source.send({ start: 0, end: 999 }, { write })).rejects.toThrow(Unavailable);
      expect(length).toBeLessThan(1_000);
      await cut.close();
      cutting.close();
    });

    test('does not know the account, it says so', async () => {
      const stranger = s3MediaStore({ ...server, clock, secretAccessKey: 'wrong' });
      await expect(stranger.stage(inChunks(song), { maxBytes: 10_000 })).rejects.toThrow(/signature/i);
      await stranger.close();
    });
  });
});
