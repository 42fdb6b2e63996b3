import { once } from 'node:events';
import { randomUUID } from 'node:crypto';
import { createServer, connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Upload } from 'tus-js-client';
import { wav } from '../../support/audio-fixtures.ts';
import { type Member, join } from '../../support/people.ts';
import { type TestDatabase, freshDatabase } from '../../support/postgres.ts';
import { type Program, endPrograms, freePort, startApp } from '../../support/programs.ts';
import { type Scratch, filesBelow, scratchDirectory } from '../../support/scratch.ts';

const SONG = wav({ seconds: 120 });
const CHUNK = 128 * 1024;

let data: Scratch;
let database: TestDatabase;
let app: Program;
let artist: Member;
let port: string;

const start = async (): Promise<void> => {
  app = await startApp('platform', { DATABASE_URL: database.url, DATA_DIR: data.path, PORT: port });
};

beforeAll(async () => {
  data = scratchDirectory();
  database = await freshDatabase();
  port = String(await freePort());
  await start();
  artist = await join(app, 'ARTIST');
}, 60_000);

afterAll(async () => {
  await endPrograms();
  await database.drop();
  data.remove();
}, 30_000);

type Sent = { readonly url: string; readonly offsets: readonly number[] };

/** By the protocol's reference client, until it is done or `after` so many bytes something happens. */
const send = (
  endpoint: string,
  {
    url = null,
    after = Infinity,
    happens = async () => undefined,
  }: {
    readonly url?: string | null;
    readonly after?: number;
    readonly happens?: (upload: Upload) => Promise<unknown>;
  } = {},
): Promise<Sent> =>
  new Promise((resolve, reject) => {
    const offsets: number[] = [];
    let hasHappened = false;
    const upload = new Upload(Buffer.from(SONG), {
      endpoint,
      uploadUrl: url,
      chunkSize: CHUNK,
      retryDelays: Array.from({ length: 200 }, () => 100),
      headers: { Authorization: `Bearer ${artist.token}` },
      metadata: { filename: 'song.wav' },
      onShouldRetry: () => true,
      onChunkComplete: (_size, accepted) => {
        offsets.push(accepted);
        if (hasHappened || accepted < after) return;
        hasHappened = true;
        happens(upload).then((outcome) => outcome === 'stop' && resolve({ url: upload.url ?? '', offsets }), reject);
      },
      onError: reject,
      onSuccess: () => resolve({ url: upload.url ?? '', offsets }),
    });
    upload.start();
  });

const endpoint = (): string => `http://127.0.0.1:${port}/uploads`;

const publish = async (url: string, title: string) =>
  app.call('POST', '/tracks', { token: artist.token, json: { uploadId: url.split('/').at(-1), title } });

const expectPublished = async (url: string): Promise<void> => {
  const published = await publish(url, `Song ${randomUUID()}`);
  expect(published).toMatchObject({ status: 201, body: { sizeBytes: SONG.length } });
  const heard = await fetch(`http://127.0.0.1:${port}/tracks/${published.body.trackId}/stream`, {
    headers: { Authorization: `Bearer ${artist.token}` },
  });
  expect(Buffer.from(await heard.arrayBuffer()).equals(SONG)).toBe(true);
  expect((await app.call('DELETE', `/tracks/${published.body.trackId}`, { token: artist.token })).status).toBe(204);
  expect(filesBelow(`${data.path}/uploads`)).toEqual([]);
};

describe('the reference client of tus', () => {
  test('sends a song in pieces that is published, and heard as it was', async () => {
    const { url, offsets } = await send(endpoint());
    expect(offsets.length).toBeGreaterThan(10);
    await expectPublished(url);
  }, 60_000);

  test('stopped in the middle goes on later, and sends nothing twice', async () => {
    const stopped = await send(endpoint(), {
      after: SONG.length / 2,
      happens: async (upload) => {
        await upload.abort();
        return 'stop';
      },
    });
    const resumed = await send(endpoint(), { url: stopped.url });
    expect(resumed.url).toBe(stopped.url);
    expect(resumed.offsets[0]).toBeGreaterThan(SONG.length / 2);
    await expectPublished(resumed.url);
  }, 60_000);

  test('goes on when the app was killed in the middle and started again', async () => {
    const { url } = await send(endpoint(), {
      after: SONG.length / 3,
      happens: async () => {
        app.signal('SIGKILL');
        await app.ended;
        await start();
      },
    });
    await expectPublished(url);
  }, 120_000);

  test('goes on where the line is cut again and again', async () => {
    let cuts = 0;
    const line = createServer((client) => {
      const server = connect(Number(port), '127.0.0.1');
      let sent = 0;
      client.on('data', (chunk) => {
        sent += chunk.length;
        if (cuts >= 5 || sent < 300_000) return void server.write(chunk);
        cuts += 1;
        server.destroy();
        client.destroy();
      });
      server.pipe(client);
      for (const end of [client, server])
        end.on('error', () => undefined).on('close', () => [client, server].forEach((one) => one.destroy()));
    });
    line.listen(0, '127.0.0.1');
    await once(line, 'listening');
    const address = line.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    const { url } = await send(`http://127.0.0.1:${address.port}/uploads`);
    expect(cuts).toBe(5);
    line.close();
    await expectPublished(url);
  }, 120_000);
});
