import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { watchTrack } from '@backline/contracts/http';
import type { AudioRenderer, TrackId } from '@backline/core/catalog';
import { SECOND_MS, err, instant } from '@backline/core/kernel';
import { memoryAudioRenderer, steppingClock } from '@backline/memory';
import {
  type Answer,
  type HttpApp,
  type Person,
  expectContract,
  expectProblem,
  openHttpApp,
} from '../../support/http.ts';

const told = ({ text }: Answer) =>
  [...text.matchAll(/^event: progress\ndata: (.*)$/gm)].map(([, data]) => JSON.parse(data ?? ''));

const nothing = async (): Promise<void> => undefined;

describe('the events of a track', () => {
  let app: HttpApp;
  let artist: Person;
  let failing = false;
  let meanwhile = nothing;
  const clock = steppingClock(instant(Date.parse('2026-11-20T12:00:00Z')));
  const inMemory = memoryAudioRenderer();

  let going = Promise.withResolvers<void>();
  /** Lets what is being made come to its end. */
  const goOn = async (): Promise<void> => {
    going.resolve();
    going = Promise.withResolvers();
    await new Promise(setImmediate);
  };

  /** Takes so long that progress is told within. */
  const audioRenderer: AudioRenderer = {
    ...inMemory,
    render: async (sound, form, watch) => {
      if (failing) return err({ code: 'unrenderable', failure: 'undecodable' });
      await going.promise;
      clock.advance(2 * SECOND_MS);
      return inMemory.render(sound, form, watch);
    },
  };

  beforeAll(async () => {
    app = await openHttpApp({ ports: { clock, audioRenderer }, deps: { wait: () => meanwhile() } });
    artist = await app.person('ARTIST');
  });
  afterAll(() => app.close());

  const newTrack = async (): Promise<TrackId> => (await app.publish(artist, 'Dawn')).trackId;
  const watch = (id: TrackId, headers: Readonly<Record<string, string>> = {}, token = artist.token): Promise<Answer> =>
    app.call('GET', `/tracks/${id}/events`, { token, headers });

  test('tell what is done as it is done, and end when it is', async () => {
    const id = await newTrack();
    let processing: Promise<unknown> | null = null;
    meanwhile = async () => {
      processing ??= app.core.catalog.processTrack(id);
      await goOn();
    };
    const answer = await watch(id);
    await processing;
    expectContract(watchTrack, answer);
    expect(answer.headers).toMatchObject({
      'content-type': 'text/event-stream',
      'cache-control': expect.stringMatching(/no-store/),
    });
    const states = told(answer);
    expect(states[0]).toEqual({ status: 'processing', progress: { step: null, done: 0 }, failure: null });
    expect(states.at(-1)).toEqual({ status: 'ready', progress: { step: null, done: 1 }, failure: null });
    expect(states.length).toBeGreaterThan(3);
    const shares = states.map(({ progress }) => progress.done);
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
    expect(answer.text).toMatch(/^retry: \d+\n\n/);
  });

  test('that are over are told once; who comes again is told not to', async () => {
    const id = await newTrack();
    const processed = app.core.catalog.processTrack(id);
    for (let round = 0; round < 100; round += 1) await goOn();
    await processed;
    expect(told(await watch(id))).toEqual([{ status: 'ready', progress: { step: null, done: 1 }, failure: null }]);
    expect(await watch(id, { 'Last-Event-ID': '1' })).toMatchObject({ status: 204, text: '' });
  });

  test('say why in words', async () => {
    const id = await newTrack();
    failing = true;
    await app.core.catalog.processTrack(id);
    failing = false;
    const [state] = told(await watch(id));
    expect(state).toMatchObject({ status: 'failed', failure: { code: 'undecodable' } });
    expect(state.failure.reason).toMatch(/export it again/);
    expect((await app.call('GET', `/tracks/${id}`)).body).toMatchObject(state);
    expect((await app.call('GET', `/tracks/${id}/stream`, { token: artist.token })).status).toBe(200);
  });

  test('end when the track goes, and after as long as an access token lives', async () => {
    const id = await newTrack();
    let rounds = 0;
    meanwhile = async () => {
      rounds += 1;
      if (rounds === 45) await app.call('DELETE', `/tracks/${id}`, { token: artist.token });
    };
    const gone = await watch(id);
    expect(told(gone)).toHaveLength(1);
    expect(gone.text.match(/^:$/gm)).toHaveLength(2);

    const waiting = await newTrack();
    rounds = 0;
    meanwhile = async () => {
      rounds += 1;
      clock.advance(60 * SECOND_MS);
    };
    expect(told(await watch(waiting))).toHaveLength(1);
    expect(rounds).toBe(15);
    artist = await app.signIn(artist);
  });

  test('are for the artist alone', async () => {
    const id = await newTrack();
    const [other, fan] = [await app.person('ARTIST'), await app.person('FAN')];
    expectProblem(await watch(id, {}, other.token), 404, 'not-found');
    expectProblem(await watch(999 as TrackId), 404, 'not-found');
    expect((await watch(id, {}, fan.token)).status).toBe(403);
    expect((await app.call('GET', `/tracks/${id}/events`)).status).toBe(401);
  });
});
