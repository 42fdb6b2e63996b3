import { readdirSync } from 'node:fs';
import { type Socket, connect } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { localMediaStore } from '@backline/local-media';
import type { MediaStore } from '@backline/core/catalog';
import { type ByteSource, Unavailable } from '@backline/core/kernel';
import { LIMITS } from '@backline/http';
import { systemClock } from '@backline/memory';
import { pino } from 'pino';
import { wav } from '../../support/audio-fixtures.ts';
import { type HttpApp, type Person, audioForm, expectProblem, openHttpApp } from '../../support/http.ts';
import { type Scratch, scratchDirectory } from '../../support/scratch.ts';

/** More than the buffers of a connection hold. */
const AUDIO = wav({ seconds: 60, rate: 96_000, channels: 2, bits: 16 });

const openDescriptors = (): number => readdirSync('/proc/self/fd').length;

/** Until it holds; the test's own time limit is the end of patience. */
const until = async (holds: () => boolean): Promise<void> => {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 10));
};

describe('listeners', () => {
  let app: HttpApp;
  let artist: Person;
  let path: string;
  let scratch: Scratch;
  let logged = '';
  let opened = 0;
  let closed = 0;
  /** What the next source does instead of sending. */
  let failure: ((send: () => Promise<void>) => Promise<void>) | null = null;
  const sockets: Socket[] = [];
  const unhandled: unknown[] = [];
  const noteUnhandled = (cause: unknown): number => unhandled.push(cause);

  const watched = (source: ByteSource): ByteSource => {
    opened += 1;
    const fail = failure;
    failure = null;
    return {
      ...source,
      send: (range, sink) =>
        fail === null ? source.send(range, sink) : fail(() => source.send({ start: 0, end: 9 }, sink)),
      close: async () => {
        closed += 1;
        await source.close();
      },
    };
  };

  beforeAll(async () => {
    process.on('unhandledRejection', noteUnhandled);
    scratch = scratchDirectory();
    const files = localMediaStore({ directory: scratch.path, clock: systemClock() });
    const media: MediaStore = {
      ...files,
      open: async (key) => {
        const source = await files.open(key);
        return source === null ? null : watched(source);
      },
    };
    app = await openHttpApp({
      ports: { media },
      deps: {
        limits: { ...LIMITS, chunkMs: 300, inFlight: { ...LIMITS.inFlight, streams: 4 } },
        log: pino({ level: 'trace' }, { write: (line: string) => (logged += line) }),
      },
    });
    artist = await app.person('ARTIST');
    const form = audioForm(AUDIO, { title: 'Long' });
    const published = await app.call('POST', '/tracks', { token: artist.token, form });
    path = `/tracks/${published.body.trackId}/stream`;
  });
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    await until(() => opened === closed);
    expect(unhandled).toEqual([]);
  });
  afterAll(async () => {
    process.off('unhandledRejection', noteUnhandled);
    await app.close();
    scratch.remove();
  });

  /** Asks for the audio and takes nothing of the answer but what comes first. */
  const listener = (): Promise<Socket> =>
    new Promise((resolve, reject) => {
      const socket = connect({ host: '127.0.0.1', port: app.port }, () =>
        socket.write(`GET ${path} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${artist.token}\r\n\r\n`),
      );
      sockets.push(socket);
      socket.on('error', reject);
      socket.once('data', () => {
        socket.pause();
        resolve(socket);
      });
    });

  const lines = (): readonly { level: number; msg: string; route?: string; aborted?: boolean }[] =>
    logged
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line));

  test('who goes away in the middle leaves no descriptor, no error and no place taken', async () => {
    (await listener()).destroy();
    await until(() => opened === closed);
    const descriptors = openDescriptors();
    const before = logged.length;
    for (let round = 0; round < 60; round += 1) {
      const socket = await listener();
      if (round % 2 === 0) socket.destroy();
      else socket.resetAndDestroy();
      await until(() => opened === closed);
    }
    // One more or less is another test's timer or log.
    expect(openDescriptors()).toBeLessThanOrEqual(descriptors + 2);
    const since = logged.slice(before).split('\n').filter(Boolean);
    expect(since.filter((line) => JSON.parse(line).level > 20)).toEqual([]);
    expect((await app.call('GET', path, { token: artist.token, headers: { Range: 'bytes=0-9' } })).status).toBe(206);
  });

  test('who takes nothing is given up, and the place is free again', async () => {
    const slow = await listener();
    const ended = new Promise((resolve) => slow.once('close', resolve));
    await until(() => opened === closed);
    slow.resume();
    await ended;
    expect(slow.bytesRead).toBeLessThan(AUDIO.length);
    expect(lines().at(-1)).toMatchObject({ route: '/tracks/:trackId/stream', aborted: true, level: 20 });
  });

  test('more than there are places for are turned away at once, and others are not', async () => {
    const inTheWay = await Promise.all([listener(), listener(), listener(), listener()]);
    const shed = await app.call('GET', path, { token: artist.token });
    expectProblem(shed, 503, 'overloaded');
    expect(shed.headers['retry-after']).toBe('1');
    expect((await app.call('GET', '/health/live')).status).toBe(200);
    expect((await app.call('GET', '/users/me', { token: artist.token })).status).toBe(200);

    inTheWay[0]?.destroy();
    await until(() => closed === opened - 3);
    await new Promise((resolve) => setImmediate(resolve));
    expect((await app.call('GET', path, { token: artist.token, headers: { Range: 'bytes=0-9' } })).status).toBe(206);
  });

  test('what fails before the first byte is answered like anything else', async () => {
    failure = () => Promise.reject(new Unavailable('media'));
    const away = await app.call('GET', path, { token: artist.token, headers: { Range: 'bytes=0-9' } });
    expectProblem(away, 503, 'unavailable');
    expect(away.headers).not.toMatchObject({ etag: expect.anything() });
    expect(away.headers['content-range']).toBeUndefined();

    failure = () => Promise.reject(new Error('EIO of a disk at /secret/place'));
    const broken = await app.call('GET', path, { token: artist.token });
    expectProblem(broken, 500, 'internal');
    expect(broken.text).not.toContain('secret');
    expect(logged).toContain('/secret/place');
  });

  test('what fails in the middle breaks the answer off: nobody takes a part for the whole', async () => {
    failure = async (send) => {
      await send();
      throw new Error('EIO in the middle');
    };
    await expect(app.call('GET', path, { token: artist.token })).rejects.toThrow(/aborted|hang up|ECONNRESET/);
    expect(logged).toContain('EIO in the middle');
  });
});
