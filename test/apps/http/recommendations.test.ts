import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { listRecommendations, listSimilarTracks } from '@backline/contracts/http';
import type { Recommender } from '@backline/core/discovery';
import { instant, ok } from '@backline/core/kernel';
import type { TrackId } from '@backline/core/catalog';
import { type HttpApp, type Person, expectContract, expectProblem, openHttpApp } from '../../support/http.ts';

describe('recommendations over HTTP', () => {
  let app: HttpApp;
  let artist: Person;
  let fan: Person;

  beforeAll(async () => {
    app = await openHttpApp();
    artist = await app.person('ARTIST');
    fan = await app.person('FAN');
  });
  afterAll(() => app.close());

  test('an empty catalogue recommends nothing', async () => {
    const answer = await app.call('GET', '/recommendations', { token: fan.token });
    expectContract(listRecommendations, answer);
    expect(answer.body).toMatchObject({ items: [], model: { source: 'popularity' } });
  });

  test('what is popular, as many as asked for, the best first', async () => {
    for (const title of ['One', 'Two', 'Three']) await app.publish(artist, title, { genre: 'Jazz' });
    const answer = await app.call('GET', '/recommendations?limit=2', { token: fan.token });
    expectContract(listRecommendations, answer);
    expect(answer.body.items).toHaveLength(2);
    expect(answer.body.items[0]).toMatchObject({ track: { title: 'Three' }, reason: { kind: 'popular' } });
    expect(answer.body.items[0].score).toBeGreaterThan(answer.body.items[1].score);
    expect((await app.call('GET', '/recommendations', { token: artist.token })).body.items).toEqual([]);
  });

  test('similar tracks leave out the track itself', async () => {
    const { trackId } = await app.publish(artist, 'Four');
    const answer = await app.call('GET', `/tracks/${trackId}/similar`, { token: fan.token });
    expectContract(listSimilarTracks, answer);
    expect(answer.body.nextCursor).toBeNull();
    expect(answer.body.items.map(({ track }: { track: { title: string } }) => track.title).toSorted()).toEqual([
      'One',
      'Three',
      'Two',
    ]);
    expectProblem(await app.call('GET', '/tracks/999999/similar', { token: fan.token }), 404, 'not-found');
  });

  test("the engine's reasons are passed on, and tracks that are gone are left out", async () => {
    const recommended: TrackId[] = [];
    const answer = async () =>
      ok({
        items: recommended.map((trackId, index) => ({
          trackId,
          score: 3 - index,
          reason: { kind: 'because-you-played', trackId } as const,
          source: 'ranker' as const,
          propensity: 1,
        })),
        model: { version: 'als-7', trainedAt: instant(0) },
      });
    const recommender: Recommender = { forYou: answer, similar: answer, radioNext: answer };
    const engine = await openHttpApp({ ports: { recommender } });
    const [singer, listener] = [await engine.person('ARTIST'), await engine.person('FAN')];
    const kept = await engine.publish(singer, 'Kept');
    recommended.push(kept.trackId, 424_242 as TrackId);

    const told = await engine.call('GET', '/recommendations', { token: listener.token });
    expectContract(listRecommendations, told);
    expect(told.body).toMatchObject({
      items: [{ track: { title: 'Kept' }, score: 3, reason: { kind: 'because-you-played', trackId: kept.trackId } }],
      model: {
        version: 'als-7',
        trainedAt: '1970-01-01T00:00:00.000Z',
        source: 'engine',
        rung: 'engine',
        degraded: false,
      },
    });
    await engine.close();
  });

  test.each([
    ['limit=0', ['limit']],
    ['limit=1e2', ['limit']],
    ['cursor=x', ['cursor']],
  ])('GET /recommendations?%s is refused by name', async (query, named) => {
    const answer = await app.call('GET', `/recommendations?${query}`, { token: fan.token });
    expect(expectProblem(answer, 400, 'invalid-input')).toEqual(named);
  });
});
