import { describe, expect, test } from '@jest/globals';
import type { ImageRef, User, UserId } from '@backline/core/accounts';
import type { Track, TrackId, TrackSearch, TrackSort } from '@backline/core/catalog';
import { day, err } from '@backline/core/kernel';
import { COUNTED_VERDICTS } from '@backline/core/playback';
import { type OpenHarness, commit, eachTest } from './harness.ts';
import {
  everything,
  expectMangledCursorsHarmless,
  expectNoCursorsRefused,
  expectWholePages,
  pageFrom,
  pagesOf,
} from './paging.ts';
import { AWKWARD_TEXT, NOW, addArtist, addPlays, addTrack, addUser, catchUp, playOf, remove } from './samples.ts';

const SORTS: readonly TrackSort[] = ['new', 'popular', 'title'];

/** What every CatalogReader promises, whatever it reads from. */
export const catalogReaderSuite = (adapter: string, open: OpenHarness): void => {
  describe(`CatalogReader on ${adapter}`, () => {
    const harness = eachTest(open);
    const catalog = () => harness().ports.catalog;
    const search = (query: TrackSearch) => everything((page) => catalog().tracks(query, page));
    const titlesOf = async (query: TrackSearch) => (await search(query)).map(({ title }) => title);
    const initialsOf = async (query: TrackSearch) =>
      (await titlesOf(query))
        .map((title) => title[0])
        .sort()
        .join('');
    const add = async (artist: User, ...titles: readonly string[]): Promise<readonly Track[]> => {
      const added: Track[] = [];
      for (const title of titles) added.push(await addTrack(harness(), artist, { title }));
      return added;
    };

    /** Tracks in pairs of one title, every third of them played, some as often as another. */
    const manyTracks = async (): Promise<readonly Track[]> => {
      const [artist, fan] = [await addArtist(harness()), await addUser(harness())];
      const tracks = await add(artist, ...Array.from({ length: 24 }, (_, index) => `midnight ${String(index % 12)}`));
      const plays = tracks.flatMap((track, index) =>
        Array.from({ length: index % 3 }, (_, time) => playOf(index * 3 + time, fan, track)),
      );
      await addPlays(harness(), plays);
      await catchUp(harness(), plays.length);
      return tracks;
    };

    describe('one track', () => {
      test('is shown with its artist', async () => {
        const artist = await addArtist(harness(), AWKWARD_TEXT);
        const track = await addTrack(harness(), artist, {
          title: AWKWARD_TEXT,
          genre: 'Folk',
          tags: ['slow', 'a,b'],
          releasedOn: day('2024-02-29'),
          artwork: 'picture' as ImageRef,
          loudnessLufs: -14.35,
          status: 'processing',
        });
        const { codec, durationMs, bitrateKbps, sampleRateHz, channels, sizeBytes } = track.audio;
        expect(await catalog().track(track.id)).toEqual({
          trackId: track.id,
          artist: { userId: artist.id, displayName: AWKWARD_TEXT },
          title: AWKWARD_TEXT,
          genre: 'Folk',
          tags: ['slow', 'a,b'],
          releasedOn: '2024-02-29',
          codec,
          durationMs,
          bitrateKbps,
          sampleRateHz,
          channels,
          sizeBytes,
          loudnessLufs: -14.35,
          truePeakDbtp: null,
          artwork: 'picture',
          status: 'processing',
          progress: { step: null, done: 0 },
          failure: null,
          playCount: 0,
          createdAt: NOW,
        });
      });

      test('is shown alike alone and in a list', async () => {
        const [track] = await add(await addArtist(harness()), 'Alike');
        expect(await search({})).toEqual([await catalog().track(track!.id)]);
      });

      test('is shown as it was saved last, with the name that its artist has now', async () => {
        const artist = await addArtist(harness(), 'Before');
        const [track] = await add(artist, 'Before');
        await commit(harness().ports.uow, async ({ users, tracks }) => {
          await users.save({ ...artist, profile: { ...artist.profile, displayName: null } });
          await tracks.save({ ...track!, title: 'After', tags: ['new'] });
        });
        expect(await catalog().track(track!.id)).toMatchObject({
          title: 'After',
          tags: ['new'],
          artist: { userId: artist.id, displayName: null },
        });
      });

      test('counts the plays that count as streams, and only those, once they are rolled up', async () => {
        const fan = await addUser(harness());
        const [track] = await add(await addArtist(harness()), 'Heard');
        const verdicts = [...COUNTED_VERDICTS, 'too-short', 'self-play', 'overlapping'] as const;
        const plays = verdicts.map((verdict, index) => playOf(index, fan, track!, { verdict }));
        await addPlays(harness(), plays);
        await catchUp(harness(), plays.length);
        expect((await catalog().track(track!.id))?.playCount).toBe(COUNTED_VERDICTS.length);
      });

      test('can be played as it was stored', async () => {
        const artist = await addArtist(harness());
        const track = await addTrack(harness(), artist, { id: Number.MAX_SAFE_INTEGER as TrackId });
        const { key, contentType } = track.audio;
        expect(await catalog().playable(track.id)).toEqual({
          trackId: track.id,
          artistId: artist.id,
          audio: key,
          contentType,
        });
      });

      test('is nowhere once it is removed', async () => {
        const artist = await addArtist(harness());
        const [track, other] = await add(artist, 'Gone', 'Still here');
        await remove(harness(), track!);
        expect(await catalog().track(track!.id)).toBeNull();
        expect(await catalog().playable(track!.id)).toBeNull();
        for (const sort of SORTS) expect(await titlesOf({ sort })).toEqual(['Still here']);
        expect(await titlesOf({ query: 'gone' })).toEqual([]);
        expect(await catalog().trackCountOf(artist.id)).toBe(1);
        expect(other).toBeDefined();
      });

      test('that was never there is not found', async () => {
        expect(await catalog().track(12_345 as TrackId)).toBeNull();
        expect(await catalog().playable(12_345 as TrackId)).toBeNull();
        expect(await catalog().trackCountOf(12_345 as UserId)).toBe(0);
        expect(await search({})).toEqual([]);
      });
    });

    describe('search', () => {
      test.each([
        ['a word of the title', 'train'],
        ['in another case', 'MIDNIGHT'],
        ['the whole title', 'Midnight train home'],
        ['words in another order', 'home midnight'],
        ['the artist', 'Marisol'],
        ['a tag', 'acoustic'],
        ['words of several of them', 'marisol midnight acoustic'],
        ['blanks round it', '  train  '],
      ])('finds by %s', async (_, query) => {
        const artist = await addArtist(harness(), 'Marisol Vega');
        await addTrack(harness(), artist, { title: 'Midnight Train Home', tags: ['acoustic', 'slow'] });
        await add(await addArtist(harness(), 'Somebody'), 'Sunrise');
        expect(await titlesOf({ query })).toEqual(['Midnight Train Home']);
      });

      test.each([
        ['swapped letters', 'midnigth'],
        ['a missing letter', 'midnght'],
        ['a letter too many', 'midnnight'],
        ['a wrong letter', 'midnoght'],
        ['swapped letters in the middle', 'mindight'],
      ])('forgives a typo: %s', async (_, query) => {
        const artist = await addArtist(harness(), 'Marisol');
        await add(artist, 'Midnight Train', 'Sunrise', 'Harvest Moon');
        expect(await titlesOf({ query })).toEqual(['Midnight Train']);
      });

      test("forgives a typo in the artist's name and in a tag", async () => {
        await addTrack(harness(), await addArtist(harness(), 'Marisol Vega'), { title: 'One', tags: ['acoustic'] });
        await add(await addArtist(harness(), 'Somebody'), 'Two');
        expect(await titlesOf({ query: 'marisoll' })).toEqual(['One']);
        expect(await titlesOf({ query: 'acuostic' })).toEqual(['One']);
      });

      test('what answers exactly comes before what needs forgiving', async () => {
        const artist = await addArtist(harness());
        await add(artist, 'Harvester', 'Harvest', 'Harvests');
        expect((await titlesOf({ query: 'harvest' }))[0]).toBe('Harvest');
        await add(artist, 'Harvezt');
        expect((await titlesOf({ query: 'harvest' }))[0]).toBe('Harvest');
      });

      test('finds text that is not Latin, and joined characters', async () => {
        const artist = await addArtist(harness(), 'Ясмина');
        await add(artist, 'Полночный поезд', '真夜中の電車', 'Sunrise');
        expect(await titlesOf({ query: 'полночный' })).toEqual(['Полночный поезд']);
        expect(await titlesOf({ query: '真夜中の電車' })).toEqual(['真夜中の電車']);
        expect((await titlesOf({ query: 'ясмина' })).length).toBe(3);
      });

      test.each([
        "'",
        '"',
        '%',
        '_',
        '\\',
        '&',
        '|',
        '!',
        '(',
        ')',
        ':*',
        '<->',
        '- -',
        '--',
        '🎸',
        '$1',
        'a'.repeat(2_000),
      ])('takes any text: %s', async (query) => {
        await add(await addArtist(harness()), 'Midnight');
        expect(await titlesOf({ query })).toEqual([]);
      });

      test('a blank query is as none', async () => {
        await add(await addArtist(harness()), 'One', 'Two');
        for (const query of ['', '   ', '\t\n']) expect(await titlesOf({ query })).toEqual(['Two', 'One']);
      });

      test('follows what changes: title, tags, and the name of the artist', async () => {
        const artist = await addArtist(harness(), 'Marisol');
        const [track] = await add(artist, 'Midnight');
        await commit(harness().ports.uow, async ({ users, tracks }) => {
          await users.save({ ...artist, profile: { ...artist.profile, displayName: 'Quentin' } });
          await tracks.save({ ...track!, title: 'Sunrise', tags: ['brass'] });
        });
        for (const query of ['sunrise', 'quentin', 'brass']) expect(await titlesOf({ query })).toEqual(['Sunrise']);
        for (const query of ['midnight', 'marisol']) expect(await titlesOf({ query })).toEqual([]);
      });
    });

    describe('filters', () => {
      test('by genre, by tag, by artist, and by all of them with a query', async () => {
        const [one, other] = [await addArtist(harness()), await addArtist(harness())];
        await addTrack(harness(), one, { title: 'A midnight', genre: 'Folk', tags: ['slow', 'night'] });
        await addTrack(harness(), one, { title: 'B midnight', genre: 'Rock', tags: ['slow'] });
        await addTrack(harness(), other, { title: 'C midnight', genre: 'Folk', tags: ['night'] });
        await addTrack(harness(), other, { title: 'D midnight' });

        expect(await initialsOf({ genre: 'Folk' })).toBe('AC');
        expect(await initialsOf({ tag: 'slow' })).toBe('AB');
        expect(await initialsOf({ artistId: other.id })).toBe('CD');
        expect(await initialsOf({ genre: 'Folk', tag: 'night', artistId: one.id })).toBe('A');
        expect(await initialsOf({ query: 'midnight', genre: 'Folk', sort: 'title' })).toBe('AC');
        expect(await initialsOf({ query: 'sunrise', genre: 'Folk' })).toBe('');
        expect(await initialsOf({ genre: "Folk' or true --" })).toBe('');
        expect(await initialsOf({ artistId: 12_345 as UserId })).toBe('');
      });

      test("counts an artist's tracks", async () => {
        const [one, other] = [await addArtist(harness()), await addArtist(harness())];
        await add(one, 'A', 'B');
        expect(await catalog().trackCountOf(one.id)).toBe(2);
        expect(await catalog().trackCountOf(other.id)).toBe(0);
      });
    });

    describe('orders', () => {
      test('the newest first, where nothing else is said', async () => {
        await add(await addArtist(harness()), 'One', 'Two', 'Three');
        expect(await titlesOf({})).toEqual(['Three', 'Two', 'One']);
        expect(await titlesOf({ sort: 'new' })).toEqual(['Three', 'Two', 'One']);
      });

      test('by title, upper and lower case alike', async () => {
        await add(await addArtist(harness()), 'banjo', 'Accordion', 'Cello', 'alto');
        expect(await titlesOf({ sort: 'title' })).toEqual(['Accordion', 'alto', 'banjo', 'Cello']);
      });

      test('the most played first', async () => {
        const fan = await addUser(harness());
        const [one, two, three] = await add(await addArtist(harness()), 'One', 'Two', 'Three');
        const plays = [two!, two!, two!, one!, three!, three!].map((track, index) => playOf(index, fan, track));
        await addPlays(harness(), plays);
        await catchUp(harness(), plays.length);
        expect(await titlesOf({ sort: 'popular' })).toEqual(['Two', 'Three', 'One']);
      });
    });

    describe('pages', () => {
      test.each<[string, TrackSearch]>([
        ...SORTS.map((sort): [string, TrackSearch] => [sort, { sort }]),
        ...SORTS.map((sort): [string, TrackSearch] => [`${sort}, with a query`, { sort, query: 'midnight' }]),
        ['relevance', { query: 'midnight' }],
        ['relevance, with a typo', { query: 'midnigth 7' }],
      ])('of any size show each track once: %s', async (_, query) => {
        const tracks = await manyTracks();
        const count = query.query === 'midnigth 7' ? (await search(query)).length : tracks.length;
        expect(count).toBeGreaterThan(1);
        await expectWholePages((page) => catalog().tracks(query, page), count);
      });

      test('go on where they were when something was added since', async () => {
        const artist = await addArtist(harness());
        await add(artist, 'One', 'Two', 'Three', 'Four');
        const first = await pageFrom((page) => catalog().tracks({}, page), 2);
        await add(artist, 'Five');
        const second = await pageFrom((page) => catalog().tracks({}, page), 2, first.next);
        expect([...first.items, ...second.items].map(({ title }) => title)).toEqual(['Four', 'Three', 'Two', 'One']);
        expect(second.next).toBeNull();
      });

      test('go on where they were when the last one shown was removed', async () => {
        const [, two] = await add(await addArtist(harness()), 'One', 'Two', 'Three');
        const first = await pageFrom((page) => catalog().tracks({}, page), 2);
        await remove(harness(), two!);
        const rest = await pageFrom((page) => catalog().tracks({}, page), 2, first.next);
        expect(rest.items.map(({ title }) => title)).toEqual(['One']);
      });

      test('of an awkward title go on too', async () => {
        await add(await addArtist(harness()), AWKWARD_TEXT, `${AWKWARD_TEXT}!`, '', '🎸', 'ß', 'İ');
        const pages = await pagesOf((page) => catalog().tracks({ sort: 'title' }, page), 1);
        expect(new Set(pages.flat().map(({ trackId }) => trackId)).size).toBe(6);
        expect(pages).toHaveLength(6);
      });

      test.each([...SORTS, undefined])('refuse what is no cursor of theirs: %s', async (sort) => {
        await add(await addArtist(harness()), 'Midnight 1', 'Midnight 2', 'Midnight 3');
        const query: TrackSearch = sort === undefined ? { query: 'midnight' } : { sort };
        await expectNoCursorsRefused((page) => catalog().tracks(query, page));
        await expectMangledCursorsHarmless((page) => catalog().tracks(query, page));
        for (const other of SORTS.filter((each) => each !== sort)) {
          const { next } = await pageFrom((page) => catalog().tracks({ sort: other }, page), 1);
          expect(await catalog().tracks(query, { limit: 1, after: next })).toEqual(err({ code: 'bad_cursor' }));
        }
      });
    });
  });
};
