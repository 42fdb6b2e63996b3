import { once } from 'node:events';
import { type RequestListener, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { processesWith } from '../support/processes.ts';
import { type Row, fixed, limitRow, p99 } from './figures.ts';
import { type OwnPlatform, withPlatform } from './own-platform.ts';

/** Of each of the two routes; the address may ask 6,000 times a minute. */
const PER_SECOND = 45;
const SECONDS = 12;
/** design/recommender.md: whatever the engine does. */
const DEADLINE_MS = 400;

type Asked = { readonly recommendations: readonly number[]; readonly track: readonly number[] };

/** `GET /recommendations` and a route that needs no engine while the engine serves, hangs, dies, and answers rubbish. */
export const recommendingRows = async (): Promise<readonly Row[]> => {
  const rubbish = createServer(garbling).listen(0, '127.0.0.1');
  await once(rubbish, 'listening');
  const away = `http://127.0.0.1:${(rubbish.address() as AddressInfo).port}`;
  try {
    return [
      ...(await withPlatform({ databaseUrl: null }, ownEngineRows)),
      ...(await withPlatform({ databaseUrl: null, env: { RECOMMENDER_URL: away } }, async (platform) => {
        platform.ops('demo');
        const token = await fanOf(platform);
        await ask(platform, token);
        return rowsOf('answering rubbish', await ask(platform, token));
      })),
    ];
  } finally {
    rubbish.closeAllConnections();
    rubbish.close();
  }
};

const ownEngineRows = async (platform: OwnPlatform): Promise<readonly Row[]> => {
  platform.ops('demo');
  platform.ops('train');
  const token = await fanOf(platform);
  const engines = (): readonly number[] =>
    processesWith('backline_recommender', 'serve', join(platform.folder, 'recommender/models'));
  const signal = (name: NodeJS.Signals): void => engines().forEach((pid) => process.kill(pid, name));
  const serves = async (): Promise<void> => {
    while ((await rungOf(platform, token)) !== 'engine') await setTimeout(100);
  };

  await serves();
  await ask(platform, token);
  const serving = rowsOf('serving', await ask(platform, token));
  signal('SIGSTOP');
  const hanging = rowsOf('hanging (SIGSTOP)', await ask(platform, token));
  signal('SIGCONT');
  await serves();
  const killing = setInterval(() => signal('SIGKILL'), 1_000);
  const dying = rowsOf('killed every second', await ask(platform, token));
  clearInterval(killing);
  return [...serving, ...hanging, ...dying];
};

const rowsOf = (engine: string, { recommendations, track }: Asked): readonly Row[] => [
  limitRow('R', `GET /recommendations, p99, the engine ${engine}`, 'ms', fixed(p99(recommendations)), DEADLINE_MS),
  limitRow('R', `GET /tracks/1 beside it, p99, the engine ${engine}`, 'ms', fixed(p99(track)), 20),
];

/** Sent at a constant rate, whether earlier ones are answered or not; in ms. Any status but 200 throws. The first time warms up. */
const ask = async ({ url }: OwnPlatform, token: string): Promise<Asked> => {
  const timed = async (path: string): Promise<number> => {
    const begun = performance.now();
    const answer = await fetch(url + path, { headers: { Authorization: `Bearer ${token}` } });
    await answer.arrayBuffer();
    if (answer.status !== 200) throw new Error(`${path} was answered ${answer.status}`);
    return performance.now() - begun;
  };
  const recommendations: Promise<number>[] = [];
  const track: Promise<number>[] = [];
  for (let sent = 0; sent < PER_SECOND * SECONDS; sent += 1) {
    recommendations.push(timed('/recommendations?limit=10'));
    await setTimeout(500 / PER_SECOND);
    track.push(timed('/tracks/1'));
    await setTimeout(500 / PER_SECOND);
  }
  return { recommendations: await Promise.all(recommendations), track: await Promise.all(track) };
};

/** Somebody new: those of the demo have heard all that there is. */
const fanOf = async ({ url }: OwnPlatform): Promise<string> => {
  const person = { email: 'new-fan@bench.example', password: 'Backline-bench-2026x' };
  const post = (path: string, body: object): Promise<Response> =>
    fetch(url + path, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
  await post('/auth/register', { ...person, role: 'FAN' });
  const { accessToken } = (await (await post('/auth/login', person)).json()) as { readonly accessToken: string };
  return accessToken;
};

const rungOf = async ({ url }: OwnPlatform, token: string): Promise<string> => {
  const answer = await fetch(`${url}/recommendations`, { headers: { Authorization: `Bearer ${token}` } });
  const { model } = (await answer.json()) as { readonly model: { readonly rung: string } };
  return model.rung;
};

let rubbishSent = 0;

/** In turn: nothing, half a document, an endless one, numbers that are none, and a connection that is cut. */
const garbling: RequestListener = (_request, response) => {
  rubbishSent += 1;
  response.setHeader('Content-Type', 'application/json');
  switch (rubbishSent % 5) {
    case 0:
      return void response.end();
    case 1:
      return void response.end('{"items":[{"trackId":');
    case 2: {
      const endless = Buffer.alloc(65_536, ' ');
      const more = (): void => void (response.destroyed || response.write(endless, more));
      return more();
    }
    case 3:
      return void response.end('{"items":[{"trackId":NaN,"score":1e999}],"model":null}');
    default:
      return void response.destroy();
  }
};
