import { beforeEach, describe, expect, test } from '@jest/globals';
import type { UserId } from '@backline/core/accounts';
import type { TrackId } from '@backline/core/catalog';
import type { ForYou, Recommendations, Recommender } from '@backline/core/discovery';
import { DAY_MS, err, instant, ok } from '@backline/core/kernel';
import type { PlayId } from '@backline/core/playback';
import { wav } from '../../examples/wav.ts';
import { uuid } from '../../suites/samples.ts';
import { START, type Platform, join, platform, valueOf } from '../platform.ts';

const away = async () => err({ code: 'recommender_away' } as const);

const listOf = (version: string, ...tracks: readonly TrackId[]): Recommendations => ({
  items: tracks.map((trackId, index) => ({
    trackId,
    score: 10 - index,
    reason: { kind: 'fans-like-you' },
    source: 'ranker',
    propensity: 0.5,
  })),
  model: { version, trainedAt: instant(0) },
});

describe('recommendations', () => {
  let it: Platform;
  let [ada, ben, fan]: UserId[] = [];
  let songs: TrackId[] = [];
  let engine: Recommender['forYou'] = away;
  let near: Recommender['forYou'] = away;
  let editorial: TrackId[] = [];
  let asked: ForYou[] = [];
  let made = 0;

  const publish = async (artist: UserId, tags: readonly string[] = []): Promise<TrackId> => {
    const staged = valueOf(await it.core.catalog.stageAudio(wav((made += 1) / 20 + 1)));
    return valueOf(await it.core.catalog.publishTrack(artist, staged, { title: `Song ${made}`, tags }));
  };
  const listen = async (...tracks: readonly TrackId[]): Promise<void> => {
    const plays = tracks.map((trackId, index) => ({
      playId: uuid((made += 1)) as PlayId,
      trackId,
      startedAt: instant(START - (index + 1) * 60_000),
      msPlayed: 31_000,
    }));
    await it.core.playback.recordPlays(fan!, plays);
  };
  const recommend = async (limit = 10) => {
    const { items, rung, model } = await it.core.discovery.recommend(fan!, limit);
    return { rung, version: model.version, tracks: items.map(({ trackId }) => trackId), items };
  };

  beforeEach(async () => {
    [engine, near, editorial, asked] = [away, away, [], []];
    const recommender = (answer: () => Recommender['forYou']): Recommender => ({
      forYou: (question) => {
        asked.push(question);
        return answer()(question);
      },
      similar: () => answer()({ recent: [], exclude: [], limit: 1, seed: 0 }),
      radioNext: () => answer()({ recent: [], exclude: [], limit: 1, seed: 0 }),
    });
    it = platform({
      recommender: recommender(() => engine),
      neighbours: recommender(() => near),
      editorial,
    });
    ada = (await join(it, 'ada@example.com', 'ARTIST')).id;
    ben = (await join(it, 'ben@example.com', 'ARTIST')).id;
    fan = (await join(it, 'fan@example.com')).id;
    songs = [];
    for (let count = 0; count < 4; count += 1) songs.push(await publish(ada, ['calm']), await publish(ben, ['loud']));
  });

  test('are the engine’s, which is told what was played, not by whom', async () => {
    await listen(songs[0]!, songs[1]!);
    engine = async () => ok(listOf('v7', songs[2]!, songs[3]!));
    expect(await recommend()).toMatchObject({ rung: 'engine', version: 'v7', tracks: [songs[2], songs[3]] });
    expect(asked[0]).toMatchObject({ exclude: [songs[0], songs[1]], limit: 30 });
    expect(asked[0]!.recent.map(({ trackId }) => trackId)).toEqual([songs[0], songs[1]]);
    expect(Object.keys(asked[0]!).sort()).toEqual(['exclude', 'limit', 'recent', 'seed']);
    expect(await it.ports.impressions.latest(9)).toMatchObject([
      { listenerId: fan, surface: 'for-you', modelVersion: 'v7', rung: 'engine', items: [{ trackId: songs[2] }, {}] },
    ]);
  });

  test('leave out what the engine should not have said: known, unknown to us, or twice', async () => {
    await listen(songs[0]!);
    engine = async () => ok(listOf('v7', songs[0]!, 999_999 as TrackId, songs[2]!, songs[2]!));
    expect((await recommend()).tracks).toEqual([songs[2]]);
    engine = async () => ok(listOf('v8', 999_999 as TrackId));
    expect((await recommend()).rung).not.toBe('engine');
  });

  test('are the last good ones for a day, without what was played since', async () => {
    engine = async () => ok(listOf('v7', songs[2]!, songs[3]!));
    await recommend();
    engine = away;
    await listen(songs[2]!);
    expect(await recommend(1)).toMatchObject({ rung: 'last-good', version: 'v7', tracks: [songs[3]] });
    it.clock.advance(DAY_MS + 1);
    expect((await recommend()).rung).not.toBe('last-good');
  });

  test('are then computed here, then to taste, then the operator’s, then what is popular', async () => {
    near = async () => ok(listOf('near-1', songs[4]!));
    expect(await recommend(1)).toMatchObject({ rung: 'neighbours', tracks: [songs[4]] });
    near = away;
    editorial.push(songs[5]!);
    await listen(songs[0]!);
    expect(await recommend(1)).toMatchObject({ rung: 'taste', version: 'popularity-1' });
    expect([songs[2], songs[4], songs[6]]).toContain((await recommend(1)).tracks[0]);

    const stranger = (await join(it, 'new@example.com')).id;
    fan = stranger;
    expect(await recommend(1)).toMatchObject({ rung: 'editorial', tracks: [songs[5]] });
    editorial.pop();
    expect(await recommend()).toMatchObject({ rung: 'popular' });
  });

  test('of a lower rung are filled up with what is popular, the scores falling', async () => {
    near = async () => ok(listOf('near-1', songs[4]!));
    const { tracks, items, rung } = await recommend(6);
    expect([rung, tracks[0], tracks.length, new Set(tracks).size]).toEqual(['neighbours', songs[4], 6, 6]);
    for (const [index, { score }] of items.entries())
      if (index > 0) expect(score).toBeLessThan(items[index - 1]!.score);
  });

  test('have at most two of an artist in ten for as long as there are others', async () => {
    const others: TrackId[] = [];
    for (let count = 0; count < 5; count += 1) {
      const { id } = await join(it, `other${count}@example.com`, 'ARTIST');
      others.push(await publish(id), await publish(id));
    }
    near = async () => ok(listOf('near-1', ...songs, ...others));
    const { items } = await recommend(12);
    const counts = Map.groupBy(items.slice(0, 10), ({ track }) => track.artist.userId);
    expect(Math.max(...[...counts.values()].map(({ length }) => length))).toBe(2);
    near = async () => ok(listOf('near-1', ...songs));
    expect((await recommend(8)).tracks).toHaveLength(8);
  });

  test('are the same all day, and others the next', async () => {
    await recommend();
    it.clock.advance(60_000);
    await recommend();
    it.clock.advance(DAY_MS);
    await recommend();
    const seeds = asked.filter((_, index) => index % 2 === 0).map(({ seed }) => seed);
    expect(seeds[0]).toBe(seeds[1]);
    expect(seeds[2]).not.toBe(seeds[1]);
  });

  test('of a track that there is not are none', async () => {
    expect(await it.core.discovery.recommendSimilar(fan!, 999 as TrackId, 5)).toEqual(err({ code: 'track_not_found' }));
    const station = { seedTrackId: 999 as TrackId, played: [], seed: 1 };
    expect(await it.core.discovery.radioNext(fan!, station, 5)).toEqual(err({ code: 'track_not_found' }));
  });

  test('a station goes on from what it played, and ends when it has played all', async () => {
    let station = { seedTrackId: songs[0]!, played: [] as readonly TrackId[], seed: 1 };
    const heard: TrackId[] = [];
    for (;;) {
      const { items, next } = valueOf(await it.core.discovery.radioNext(fan!, station, 3));
      if (items.length === 0) break;
      heard.push(...items.map(({ trackId }) => trackId));
      station = next;
    }
    expect([...heard].sort((a, b) => a - b)).toEqual(songs.slice(1));
  });

  test('are forgotten with their listener', async () => {
    engine = async () => ok(listOf('v7', songs[2]!));
    await recommend();
    await it.core.discovery.forgetListener(fan!);
    expect([await it.ports.impressions.latest(9), await it.ports.lastGood.find(fan!)]).toEqual([[], null]);
  });
});
