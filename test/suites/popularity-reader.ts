import { describe, expect, test } from '@jest/globals';
import type { User } from '@backline/core/accounts';
import type { Track, TrackId } from '@backline/core/catalog';
import { COUNTED_VERDICTS } from '@backline/core/playback';
import { type OpenHarness, eachTest } from './harness.ts';
import { addArtist, addPlays, addTrack, addUser, catchUp, playOf, remove } from './samples.ts';

/** What every PopularityReader promises, once the rollup is up to date. */
export const popularityReaderSuite = (adapter: string, open: OpenHarness): void => {
  describe(`PopularityReader on ${adapter}`, () => {
    const harness = eachTest(open);
    const popularity = () => harness().ports.popularity;
    const forListener = async ({ id }: User, limit = 100) =>
      (await popularity().forListener(id, limit)).map(({ trackId }) => trackId);
    const like = async ({ id }: Track, limit = 100) =>
      (await popularity().like(id, limit)).map(({ trackId }) => trackId);

    let number = 0;
    /** Plays by somebody, rolled up. */
    const playTimes = async (listener: User, plays: readonly (readonly [Track, number])[]): Promise<void> => {
      const added = plays.flatMap(([track, times]) =>
        Array.from({ length: times }, () => playOf((number += 1), listener, track)),
      );
      await addPlays(harness(), added);
      await catchUp(harness(), added.length);
    };

    const threeTracks = async (artist: User): Promise<readonly [Track, Track, Track]> => [
      await addTrack(harness(), artist),
      await addTrack(harness(), artist),
      await addTrack(harness(), artist),
    ];

    test('knows nothing where there are no tracks', async () => {
      expect(await forListener(await addUser(harness()))).toEqual([]);
      expect(await popularity().like(12_345 as TrackId, 10)).toEqual([]);
    });

    test('the most played comes first, of equals the newer', async () => {
      const [a, b, c] = await threeTracks(await addArtist(harness()));
      await playTimes(await addUser(harness()), [
        [a, 2],
        [b, 5],
        [c, 2],
      ]);
      expect(await popularity().forListener((await addUser(harness())).id, 100)).toEqual([
        { trackId: b.id, playCount: 5 },
        { trackId: c.id, playCount: 2 },
        { trackId: a.id, playCount: 2 },
      ]);
    });

    test('counts the plays that count as streams, and only those', async () => {
      const fan = await addUser(harness());
      const [a, b] = await threeTracks(await addArtist(harness()));
      const plays = [
        ...COUNTED_VERDICTS.map((verdict, index) => playOf(100 + index, fan, a, { verdict })),
        ...(['too-short', 'self-play', 'overlapping'] as const).map((verdict, index) =>
          playOf(200 + index, fan, b, { verdict }),
        ),
      ];
      await addPlays(harness(), plays);
      await catchUp(harness(), plays.length);
      const counts = await popularity().forListener((await addUser(harness())).id, 2);
      expect(counts[0]).toEqual({ trackId: a.id, playCount: COUNTED_VERDICTS.length });
      expect(counts[1]?.playCount).toBe(0);
    });

    test('what the listener has not heard comes before what they have, whatever the counts', async () => {
      const [fan, other] = [await addUser(harness()), await addUser(harness())];
      const [a, b, c] = await threeTracks(await addArtist(harness()));
      await playTimes(other, [
        [a, 9],
        [b, 1],
        [c, 5],
      ]);
      await playTimes(fan, [
        [a, 1],
        [c, 1],
      ]);
      expect(await forListener(fan)).toEqual([b.id, a.id, c.id]);
      expect(await forListener(other)).toEqual([a.id, c.id, b.id]);
      expect(await forListener(fan, 2)).toEqual([b.id, a.id]);
    });

    test("a listener's own tracks come not at all, nor do removed ones", async () => {
      const [artist, other] = [await addArtist(harness()), await addArtist(harness())];
      const [a, b, c] = await threeTracks(artist);
      const theirs = await addTrack(harness(), other);
      await remove(harness(), b);
      expect(await forListener(artist)).toEqual([theirs.id]);
      expect(await forListener(other)).toEqual([c.id, a.id]);
      expect(await like(theirs)).toEqual([c.id, a.id]);
    });

    test('what has more in common with a track comes first, whatever the counts; itself not at all', async () => {
      const [artist, other] = [await addArtist(harness()), await addArtist(harness())];
      const seed = await addTrack(harness(), artist, { genre: 'Folk', tags: ['slow', 'night'] });
      const nothing = await addTrack(harness(), other, { genre: 'Rock', tags: ['loud'] });
      const genre = await addTrack(harness(), other, { genre: 'Folk', tags: [] });
      const genreAndTag = await addTrack(harness(), other, { genre: 'Folk', tags: ['night', 'loud'] });
      const all = await addTrack(harness(), artist, { genre: 'Folk', tags: ['night', 'slow'] });
      await playTimes(await addUser(harness()), [
        [seed, 9],
        [nothing, 7],
        [genre, 5],
        [genreAndTag, 3],
        [all, 1],
      ]);
      expect(await like(seed)).toEqual([all.id, genreAndTag.id, genre.id, nothing.id]);
      expect(await like(seed, 2)).toEqual([all.id, genreAndTag.id]);
    });

    test('of what has as much in common, the most played comes first, then the newer', async () => {
      const [artist, other] = [await addArtist(harness()), await addArtist(harness())];
      const seed = await addTrack(harness(), artist);
      const [a, b, c] = await threeTracks(other);
      await playTimes(await addUser(harness()), [[a, 1]]);
      expect(await like(seed)).toEqual([a.id, c.id, b.id]);
    });

    test('no genre is not a genre in common', async () => {
      const seed = await addTrack(harness(), await addArtist(harness()), { tags: ['night'] });
      const other = await addArtist(harness());
      const tagged = await addTrack(harness(), other, { genre: 'Rock', tags: ['night'] });
      const genreless = await addTrack(harness(), other);
      await playTimes(await addUser(harness()), [[genreless, 3]]);
      expect(await like(seed)).toEqual([tagged.id, genreless.id]);
    });
  });
};
