import { describe, expect, test } from '@jest/globals';
import type { User, UserId } from '@backline/core/accounts';
import type { Track } from '@backline/core/catalog';
import { DAY_MS, after } from '@backline/core/kernel';
import type { Play, Verdict } from '@backline/core/playback';
import { type OpenHarness, commit, eachTest } from './harness.ts';
import { expectMangledCursorsHarmless, expectNoCursorsRefused, expectWholePages, everything } from './paging.ts';
import {
  AWKWARD_TEXT,
  NOW,
  addArtist,
  addPlays,
  addTrack,
  addUser,
  advance,
  playOf,
  rejudge,
  remove,
} from './samples.ts';

/** Of three months, every third with another at the same moment. */
const manyPlays = (fan: User, track: Track): readonly Play[] =>
  Array.from({ length: 25 }, (_, index) =>
    playOf(index, fan, track, { startedAt: after(NOW, -Math.floor(index / 3) * 9 * DAY_MS) }),
  );

/** What every PlayReader promises, whatever it reads from. */
export const playReaderSuite = (adapter: string, open: OpenHarness): void => {
  describe(`PlayReader on ${adapter}`, () => {
    const harness = eachTest(open);
    const reader = () => harness().ports.plays;
    const playsOf = ({ id }: Pick<User, 'id'>) => everything((page) => reader().playsOf(id, page));

    const scene = async (): Promise<{ readonly fan: User; readonly artist: User; readonly track: Track }> => {
      const artist = await addArtist(harness(), AWKWARD_TEXT);
      return {
        fan: await addUser(harness()),
        artist,
        track: await addTrack(harness(), artist, { title: AWKWARD_TEXT }),
      };
    };

    test('shows a play with what it was of', async () => {
      const { fan, track } = await scene();
      const play = playOf(1, fan, track, { verdict: 'unfunded', msPlayed: 86_400_000 });
      await addPlays(harness(), [play]);
      expect(await playsOf(fan)).toEqual([
        {
          playId: play.playId,
          trackId: track.id,
          title: AWKWARD_TEXT,
          artistName: AWKWARD_TEXT,
          startedAt: play.startedAt,
          msPlayed: 86_400_000,
          verdict: 'unfunded',
        },
      ]);
    });

    test('shows the verdict of now, the title of now, and an artist without a name', async () => {
      const { fan, artist, track } = await scene();
      const play = playOf(1, fan, track);
      await addPlays(harness(), [play]);
      await rejudge(harness(), [[play, 'held']]);
      await commit(harness().ports.uow, async ({ users, tracks }) => {
        await users.save({ ...artist, profile: { ...artist.profile, displayName: null } });
        await tracks.save({ ...track, title: 'Renamed', removedAt: NOW });
      });
      expect(await playsOf(fan)).toMatchObject([{ verdict: 'held', title: 'Renamed', artistName: null }]);
    });

    test("shows the listener's own plays alone, newest first", async () => {
      const { fan, track } = await scene();
      const other = await addUser(harness());
      const mine = manyPlays(fan, track);
      await addPlays(harness(), [...mine, playOf(900, other, track)]);
      const starts = (await playsOf(fan)).map(({ startedAt }) => startedAt);
      expect(starts).toEqual(mine.map(({ startedAt }) => startedAt).sort((a, b) => b - a));
      expect(await playsOf(other)).toHaveLength(1);
      expect(await playsOf({ id: 12_345 as UserId })).toEqual([]);
    });

    test('in pages of any size, each play once', async () => {
      const { fan, track } = await scene();
      await addPlays(harness(), manyPlays(fan, track));
      await expectWholePages((page) => reader().playsOf(fan.id, page), 25);
    });

    test('refuses what is no cursor of it', async () => {
      const { fan, track } = await scene();
      await addPlays(harness(), manyPlays(fan, track));
      await expectNoCursorsRefused((page) => reader().playsOf(fan.id, page));
      await expectMangledCursorsHarmless((page) => reader().playsOf(fan.id, page));
    });

    test('a removed track keeps its plays', async () => {
      const { fan, track } = await scene();
      await addPlays(harness(), [playOf(1, fan, track)]);
      await remove(harness(), track);
      expect(await playsOf(fan)).toMatchObject([{ title: AWKWARD_TEXT }]);
      expect(await reader().playCountOf(fan.id)).toBe(1);
    });

    test('counts all that was reported, whatever the verdict, before and after the rollup', async () => {
      const { fan, track } = await scene();
      const verdicts: readonly Verdict[] = ['payable', 'too-short', 'overlapping', 'self-play', 'unfunded', 'held'];
      const plays = verdicts.map((verdict, index) => playOf(index, fan, track, { verdict }));
      const count = () => reader().playCountOf(fan.id);
      expect(await count()).toBe(0);
      await addPlays(harness(), plays);
      await addPlays(harness(), [playOf(99, await addUser(harness()), track)]);
      expect(await count()).toBe(6);
      await advance(harness());
      expect(await count()).toBe(6);
      await rejudge(harness(), [[plays[0]!, 'too-short']]);
      await addPlays(harness(), [playOf(50, fan, track)]);
      expect(await count()).toBe(7);
      await advance(harness());
      expect(await count()).toBe(7);
    });
  });
};
