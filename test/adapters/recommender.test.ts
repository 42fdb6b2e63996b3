import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { type RequestListener, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { TrackId } from '@backline/core/catalog';
import { err, instant } from '@backline/core/kernel';
import { type EngineRecommender, engineRecommender, neighbourRecommender } from '@backline/recommender';
import { freePort } from '../support/programs.ts';
import { scratchDirectory } from '../support/scratch.ts';
import { neighboursFile } from '../support/neighbours.ts';

const AWAY = err({ code: 'recommender_away' });
const ASKED = { recent: [], exclude: [], limit: 5, seed: 1 };
const GOOD = {
  items: [
    {
      trackId: 7,
      score: 2.5,
      reason: { kind: 'because-you-played', trackId: 3 },
      source: 'ranker',
      propensity: 0.9,
    },
  ],
  model: { version: 'v1', trainedAt: '2026-11-01T00:00:00.000Z' },
};

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** An engine that answers as it is told, and the adapter that asks it. */
const engineThat = async (
  answers: RequestListener,
  options: { readonly openMs?: number } = {},
): Promise<{ readonly engine: EngineRecommender; readonly asked: () => number }> => {
  let asked = 0;
  const server = createServer((request, response) => {
    asked += 1;
    answers(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const engine = engineRecommender({
    address: () => `http://127.0.0.1:${port}`,
    warn: () => undefined,
    deadlineMs: 300,
    ...options,
  });
  return { engine, asked: () => asked };
};

const json =
  (body: unknown, status = 200): RequestListener =>
  (_request, response) => {
    response
      .writeHead(status, { 'Content-Type': 'application/json' })
      .end(typeof body === 'string' ? body : JSON.stringify(body));
  };

const item = (changes: object) => ({ ...GOOD, items: [{ ...GOOD.items[0], ...changes }] });

describe('the engine over HTTP', () => {
  test('is asked by its contract, and its answer is what it says', async () => {
    const bodies: unknown[] = [];
    const { engine } = await engineThat((request, response) => {
      let text = '';
      request.on('data', (chunk) => (text += String(chunk)));
      request.on('end', () => {
        bodies.push([request.method, request.url, request.headers['x-deadline-ms'], JSON.parse(text)]);
        json(GOOD)(request, response);
      });
    });
    const recent = [{ trackId: 3 as TrackId, startedAt: instant(0), msPlayed: 31_000 }];
    expect(await engine.forYou({ recent, exclude: [4 as TrackId], limit: 5, seed: 9 })).toEqual({
      ok: true,
      value: {
        items: [{ ...GOOD.items[0] }],
        model: { version: 'v1', trainedAt: Date.parse('2026-11-01T00:00:00Z') },
      },
    });
    await engine.similar({ trackId: 3 as TrackId, exclude: [], limit: 2 });
    await engine.radioNext({ seedTrackId: 3 as TrackId, played: [4 as TrackId], limit: 2, seed: 5 });
    expect(bodies).toEqual([
      [
        'POST',
        '/v1/for-you',
        '300',
        {
          recent: [{ trackId: 3, startedAt: '1970-01-01T00:00:00.000Z', msPlayed: 31_000 }],
          exclude: [4],
          limit: 5,
          seed: 9,
        },
      ],
      ['POST', '/v1/similar', '300', { trackId: 3, exclude: [], limit: 2 }],
      ['POST', '/v1/radio/next', '300', { seedTrackId: 3, played: [4], limit: 2, seed: 5 }],
    ]);
  });

  test.each([
    ['an error', json({ type: 'about:blank' }, 500)],
    ['garbage', json('<html>')],
    ['nothing', json('')],
    ['another shape', json({ items: 'none', model: GOOD.model })],
    ['a field too many', json({ ...GOOD, payout: 1 })],
    ['a score that is no number', json('{"items":[{"trackId":7,"score":NaN}]}')],
    ['an endless score', json(JSON.stringify(item({ score: 'x' })).replace('"x"', '1e999'))],
    ['a propensity of two', json(item({ propensity: 2 }))],
    ['an id that is none', json(item({ trackId: -1 }))],
    ['half a reason', json(item({ reason: { kind: 'because-you-played' } }))],
    ['a reason that there is not', json(item({ reason: { kind: 'paid' } }))],
    ['a time that there is not', json({ ...GOOD, model: { version: 'v1', trainedAt: '2026-02-31T99:00:00Z' } })],
    ['more than anyone asked for', json({ ...GOOD, items: Array.from({ length: 101 }, () => GOOD.items[0]) })],
    [
      'without end',
      (_request: unknown, response: Parameters<RequestListener>[1]) => {
        response.writeHead(200, { 'Content-Type': 'application/json' });
        const more = (): void => {
          if (!response.destroyed && response.write(' '.repeat(64 * 1024))) setImmediate(more);
        };
        response.on('drain', more);
        more();
      },
    ],
    [
      'elsewhere',
      (_request: unknown, response: Parameters<RequestListener>[1]) =>
        void response.writeHead(302, { Location: 'http://127.0.0.1:9' }).end(),
    ],
    [
      'late',
      (_request: unknown, response: Parameters<RequestListener>[1]) =>
        void setTimeout(() => response.end(), 2_000).unref(),
    ],
    [
      'half of it',
      (_request: unknown, response: Parameters<RequestListener>[1]) => {
        response.writeHead(200, { 'Content-Length': '1000' }).write('{"items":');
        setTimeout(() => response.destroy(), 20).unref();
      },
    ],
  ])('is away where it answers %s', async (_, answers) => {
    const { engine } = await engineThat(answers as RequestListener);
    expect(await engine.forYou(ASKED)).toEqual(AWAY);
    expect(engine.circuit.calls()).toMatchObject({ failed: 1 });
  });

  test('is away where nothing listens, or nothing runs', async () => {
    const port = await freePort();
    const down = engineRecommender({ address: () => `http://127.0.0.1:${port}`, warn: () => undefined });
    expect(await down.forYou(ASKED)).toEqual(AWAY);
    const none = engineRecommender({ address: () => null, warn: () => undefined });
    expect(await none.similar({ trackId: 1 as TrackId, exclude: [], limit: 1 })).toEqual(AWAY);
    expect(none.circuit.calls()).toEqual({ ok: 0, failed: 0 });
  });

  test('that has learnt nothing yet is away, but not left alone', async () => {
    const { engine, asked } = await engineThat(json({ type: '/problems/no-model' }, 503));
    for (let count = 0; count < 10; count += 1) expect(await engine.forYou(ASKED)).toEqual(AWAY);
    expect([asked(), engine.circuit.state()]).toEqual([10, 'closed']);
  });

  test('says what it has not heard of', async () => {
    const { engine } = await engineThat(json({ type: '/problems/unknown-track' }, 404));
    expect(await engine.similar({ trackId: 1 as TrackId, exclude: [], limit: 1 })).toEqual(
      err({ code: 'unknown_to_model' }),
    );
    expect(await engine.forYou(ASKED)).toEqual(AWAY);
  });

  test('is left alone after failures in a row, and asked again later', async () => {
    let isWell = false;
    const { engine, asked } = await engineThat(
      (request, response) => json(isWell ? GOOD : '', isWell ? 200 : 500)(request, response),
      {
        openMs: 200,
      },
    );
    for (let count = 0; count < 8; count += 1) await engine.forYou(ASKED);
    expect([asked(), engine.circuit.state()]).toEqual([3, 'open']);
    isWell = true;
    await new Promise((resolve) => setTimeout(resolve, 250));
    expect(await engine.forYou(ASKED)).toMatchObject({ ok: true });
    expect(engine.circuit.state()).toBe('closed');
  });
});

const ids = (...of: readonly number[]): TrackId[] => of as unknown as TrackId[];
const played = (...of: readonly number[]) =>
  ids(...of).map((trackId) => ({ trackId, startedAt: instant(0), msPlayed: 1 }));
const open = () => {
  const scratch = scratchDirectory();
  closing.push(scratch.remove);
  const warned: string[] = [];
  const write = (version: string, bytes: Uint8Array): void => {
    mkdirSync(join(scratch.path, 'versions', version), { recursive: true });
    writeFileSync(join(scratch.path, 'versions', version, 'item_neighbours.bin'), bytes);
    writeFileSync(join(scratch.path, 'current'), JSON.stringify({ current: version, previous: null }));
  };
  const recommender = neighbourRecommender({ models: scratch.path, refreshMs: 0, warn: (told) => warned.push(told) });
  const tracks = async (asked: Partial<typeof ASKED> = {}) => {
    const found = await recommender.forYou({ ...ASKED, ...asked });
    return found.ok ? found.value.items.map(({ trackId, reason }) => [trackId, reason]) : found.error.code;
  };
  return { path: scratch.path, write, recommender, tracks, warned };
};

const because = (trackId: number) => ({ kind: 'because-you-played', trackId });

describe('the neighbours that the engine exported', () => {
  /** 10 is near 20 and a little near 30; 40 is near nothing. */
  const NEAR = neighboursFile({
    trackIds: [10, 20, 30, 40],
    near: { 10: { 20: 0.9, 30: 0.3 }, 20: { 10: 0.9, 30: 0.5 }, 30: { 10: 0.3, 20: 0.5 }, 40: {} },
  });

  test('are away before there are any', async () => {
    const { tracks, recommender } = open();
    expect(await tracks({ recent: played(10) as never })).toBe('recommender_away');
    expect(await recommender.similar({ trackId: 10 as TrackId, exclude: [], limit: 1 })).toEqual(AWAY);
  });

  test('name the nearest first, for the play that says so most, and nothing that was played', async () => {
    const { write, tracks, recommender } = open();
    write('v1', NEAR);
    expect(await tracks({ recent: played(10) as never })).toEqual([
      [20, because(10)],
      [30, because(10)],
    ]);
    expect(await tracks({ recent: played(10, 20) as never })).toEqual([[30, because(20)]]);
    expect(await tracks({ recent: played(10) as never, exclude: ids(20) as never, limit: 1 })).toEqual([
      [30, because(10)],
    ]);
    expect(await tracks({ recent: played(99) as never })).toBe('recommender_away');
    expect(await recommender.similar({ trackId: 99 as TrackId, exclude: [], limit: 1 })).toEqual(
      err({ code: 'unknown_to_model' }),
    );
    expect(
      await recommender.radioNext({ seedTrackId: 10 as TrackId, played: ids(20), limit: 5, seed: 1 }),
    ).toMatchObject({
      value: { items: [{ trackId: 30, reason: { kind: 'sounds-like' } }], model: { version: 'v1' } },
    });
  });

  test('are those of the newest model; of a broken one those of before', async () => {
    const { write, tracks, path, warned } = open();
    write('v1', NEAR);
    expect(await tracks({ recent: played(10) as never })).toHaveLength(2);
    write('v2', neighboursFile({ trackIds: [10, 50], near: { 10: { 50: 1 }, 50: {} } }));
    expect(await tracks({ recent: played(10) as never })).toMatchObject([[50, {}]]);
    const bytes = readFileSync(join(path, 'versions/v1/item_neighbours.bin'));
    for (const broken of [
      bytes.subarray(0, 30),
      bytes.subarray(0, -1),
      Buffer.from(bytes).fill(1, bytes.length - 4),
      Buffer.alloc(0),
      Buffer.from('{}'),
    ]) {
      write('v3', broken);
      expect(await tracks({ recent: played(10) as never })).toMatchObject([[50, {}]]);
    }
    for (const pointer of ['', '{', '{"current":"../../etc"}', '[]']) {
      writeFileSync(join(path, 'current'), pointer);
      expect(await tracks({ recent: played(10) as never })).toMatchObject([[50, {}]]);
    }
    expect(warned).toHaveLength(9);
    cpSync(join(path, 'versions/v1'), join(path, 'versions/v4'), { recursive: true });
    write('v4', bytes);
    expect(await tracks({ recent: played(10) as never })).toHaveLength(2);
  });
});
