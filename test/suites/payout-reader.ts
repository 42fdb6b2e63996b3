import { describe, expect, test } from '@jest/globals';
import type { User, UserId } from '@backline/core/accounts';
import type { Track, TrackId } from '@backline/core/catalog';
import { DAY_MS, type Month, USD, after, err, money, month, monthOf } from '@backline/core/kernel';
import { FIRST_RATE } from '@backline/core/payout';
import type { Play, Verdict } from '@backline/core/playback';
import { type OpenHarness, commit, eachTest } from './harness.ts';
import {
  expectMangledCursorsHarmless,
  expectNoCursorsRefused,
  expectWholePages,
  everything,
  pageFrom,
} from './paging.ts';
import {
  AWKWARD_TEXT,
  NOW,
  addArtist,
  addPlays,
  addTrack,
  addUser,
  advance,
  at,
  catchUp,
  playOf,
  rejudge,
  remove,
} from './samples.ts';

/** The same in every run. */
const pseudoRandom = (seed: number) => {
  let state = seed;
  return (below: number): number => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * below);
  };
};

/** What every PayoutReader promises together with the RollupRepository that feeds it. */
export const payoutReaderSuite = (adapter: string, open: OpenHarness): void => {
  describe(`PayoutReader and RollupRepository on ${adapter}`, () => {
    const harness = eachTest(open);
    const payouts = () => harness().ports.payouts;

    const scene = async (): Promise<{ readonly fan: User; readonly artist: User; readonly track: Track }> => {
      const artist = await addArtist(harness());
      return {
        fan: await addUser(harness()),
        artist,
        track: await addTrack(harness(), artist, { title: AWKWARD_TEXT }),
      };
    };

    /** Months without payable plays left out, in order. */
    const payable = async ({ id }: Pick<User, 'id'>): Promise<readonly (readonly [Month, bigint])[]> =>
      (await payouts().standingOf(id, USD)).open.own
        .filter((each) => each.payable !== 0n)
        .map((each) => [each.month, each.payable] as const)
        .sort();

    const playsOf = ({ id }: Pick<User, 'id'>, filter: { month?: Month; trackId?: TrackId } = {}) =>
      everything((page) => payouts().playsOfArtist(id, filter, page));

    test('reads the first rate, and what is added', async () => {
      expect(await payouts().rates()).toMatchObject([FIRST_RATE]);
      const added = await commit(harness().ports.uow, ({ rates }) =>
        rates.append({ ...FIRST_RATE, effectiveFrom: month('2027-01'), reference: money(2n ** 60n, USD) }),
      );
      expect((await payouts().rates()).toSorted((a, b) => a.id - b.id)[1]).toEqual(added);
    });

    test('counts nothing where nothing was played', async () => {
      const { artist } = await scene();
      expect(await payable(artist)).toEqual([]);
      expect(await playsOf(artist)).toEqual([]);
      expect(await advance(harness())).toBe(0);
    });

    test('counts payable plays exactly, before and after the rollup', async () => {
      const { fan, artist, track } = await scene();
      const verdicts: readonly Verdict[] = ['payable', 'unfunded', 'payable', 'too-short', 'payable', 'daily-cap'];
      await addPlays(
        harness(),
        verdicts.map((verdict, index) => playOf(index, fan, track, { verdict })),
      );
      expect(await payable(artist)).toEqual([['2026-11', 3n]]);
      await catchUp(harness(), 6);
      expect(await payable(artist)).toEqual([['2026-11', 3n]]);
    });

    test('counts what the rollup has not reached together with what it has', async () => {
      const { fan, artist, track } = await scene();
      await addPlays(harness(), [playOf(1, fan, track), playOf(2, fan, track)]);
      await catchUp(harness(), 2);
      await addPlays(harness(), [playOf(3, fan, track)]);
      expect(await payable(artist)).toEqual([['2026-11', 3n]]);
      await catchUp(harness(), 1);
      expect(await payable(artist)).toEqual([['2026-11', 3n]]);
    });

    test.each([
      ['before the rollup has reached it', false],
      ['after the rollup has counted it', true],
    ])('a play that is judged again %s is counted by its new verdict', async (_, rolledUp) => {
      const { fan, artist, track } = await scene();
      const [one, two, three] = [1, 2, 3].map((number) => playOf(number, fan, track));
      const unfunded = playOf(4, fan, track, { verdict: 'unfunded' });
      await addPlays(harness(), [one!, two!, three!, unfunded]);
      if (rolledUp) await catchUp(harness(), 4);
      await rejudge(harness(), [
        [one!, 'daily-cap'],
        [two!, 'held'],
      ]);
      expect(await payable(artist)).toEqual([['2026-11', 1n]]);
      await rejudge(harness(), [[unfunded, 'payable']]);
      expect(await payable(artist)).toEqual([['2026-11', 2n]]);
      await catchUp(harness(), rolledUp ? 3 : 7);
      expect(await payable(artist)).toEqual([['2026-11', 2n]]);
    });

    test('a judgment that leaves the verdict moves nothing', async () => {
      const { fan, artist, track } = await scene();
      const play = playOf(1, fan, track);
      await addPlays(harness(), [play]);
      await rejudge(harness(), [[play, 'payable']]);
      await catchUp(harness(), 1);
      expect(await payable(artist)).toEqual([['2026-11', 1n]]);
    });

    test('advance moves each play and each changed verdict once', async () => {
      const { fan, artist, track } = await scene();
      const plays = [1, 2, 3].map((number) => playOf(number, fan, track));
      await addPlays(harness(), plays);
      await rejudge(harness(), [[plays[0]!, 'unfunded']]);
      await catchUp(harness(), 4);
      for (let again = 0; again < 3; again += 1) expect(await advance(harness())).toBe(0);
      expect(await payable(artist)).toEqual([['2026-11', 2n]]);
    });

    test('an advance that is rolled back has moved nothing', async () => {
      const { fan, artist, track } = await scene();
      await addPlays(harness(), [playOf(1, fan, track)]);
      await harness().ports.uow.run(async ({ rollup }) => err(await rollup.advance()));
      expect(await payable(artist)).toEqual([['2026-11', 1n]]);
      await catchUp(harness(), 1);
      expect(await payable(artist)).toEqual([['2026-11', 1n]]);
    });

    test('several advances at once count nothing twice', async () => {
      const { fan, artist, track } = await scene();
      await addPlays(
        harness(),
        Array.from({ length: 20 }, (_, index) => playOf(index, fan, track)),
      );
      const moved = await Promise.all([1, 2, 3, 4].map(() => advance(harness())));
      await catchUp(harness(), 20 - moved.reduce((sum, each) => sum + each, 0));
      expect(await payable(artist)).toEqual([['2026-11', 20n]]);
    });

    test('plays that are recorded while the rollup advances are all counted', async () => {
      const { fan, artist, track } = await scene();
      const recording = Array.from({ length: 12 }, (_, index) => addPlays(harness(), [playOf(index, fan, track)]));
      const advancing = Array.from({ length: 6 }, () => advance(harness()));
      const [, moved] = await Promise.all([Promise.all(recording), Promise.all(advancing)]);
      expect(await payable(artist)).toEqual([['2026-11', 12n]]);
      await catchUp(harness(), 12 - moved.reduce((sum, each) => sum + each, 0));
      expect(await payable(artist)).toEqual([['2026-11', 12n]]);
    });

    test('a play belongs to the UTC month in which it began', async () => {
      const { fan, artist, track } = await scene();
      const starts = [
        '2026-09-30T23:59:59.999Z',
        '2026-10-01T00:00:00Z',
        '2026-10-31T23:59:59.999Z',
        '2026-11-01T00:00:00Z',
      ];
      await addPlays(
        harness(),
        starts.map((start, index) => playOf(index, fan, track, { startedAt: at(start) })),
      );
      const expected = [
        ['2026-09', 1n],
        ['2026-10', 2n],
        ['2026-11', 1n],
      ];
      expect(await payable(artist)).toEqual(expected);
      await catchUp(harness(), 4);
      expect(await payable(artist)).toEqual(expected);
      const inOctober = await playsOf(artist, { month: month('2026-10') });
      expect(inOctober.map(({ startedAt }) => startedAt)).toEqual([at(starts[2]!), at(starts[1]!)]);
      expect(await playsOf(artist, { month: month('2026-12') })).toEqual([]);
    });

    test("each artist's plays are their own", async () => {
      const { fan, artist, track } = await scene();
      const other = await addArtist(harness());
      const theirs = await addTrack(harness(), other);
      await addPlays(harness(), [playOf(1, fan, track), playOf(2, fan, theirs), playOf(3, fan, theirs)]);
      for (const toMove of [3, 0]) {
        expect(await payable(artist)).toEqual([['2026-11', 1n]]);
        expect(await payable(other)).toEqual([['2026-11', 2n]]);
        expect(await payable(fan)).toEqual([]);
        await catchUp(harness(), toMove);
      }
      expect((await playsOf(artist)).map(({ trackId }) => trackId)).toEqual([track.id]);
      expect(await playsOf(artist, { trackId: theirs.id })).toEqual([]);
      expect(await playsOf(fan)).toEqual([]);
    });

    test('shows every play and why it counts or not, and nothing of who listened', async () => {
      const { fan, artist, track } = await scene();
      const play = playOf(1, fan, track, { verdict: 'overlapping', msPlayed: 86_400_000 });
      await addPlays(harness(), [play]);
      const shown = {
        playId: play.playId,
        trackId: track.id,
        title: AWKWARD_TEXT,
        startedAt: play.startedAt,
        msPlayed: 86_400_000,
        verdict: 'overlapping',
        hold: null,
      };
      expect(await playsOf(artist)).toEqual([shown]);
      await rejudge(harness(), [[play, 'payable']]);
      expect(await playsOf(artist)).toEqual([{ ...shown, verdict: 'payable' }]);
    });

    test('a removed track keeps its plays and what they count', async () => {
      const { fan, artist, track } = await scene();
      await addPlays(harness(), [playOf(1, fan, track)]);
      await remove(harness(), track);
      expect(await payable(artist)).toEqual([['2026-11', 1n]]);
      await catchUp(harness(), 1);
      expect(await payable(artist)).toEqual([['2026-11', 1n]]);
      expect(await playsOf(artist)).toMatchObject([{ title: AWKWARD_TEXT }]);
      expect(await playsOf(artist, { trackId: track.id })).toHaveLength(1);
    });

    test('lists plays newest first, in pages of any size, each once', async () => {
      const { fan, artist, track } = await scene();
      const second = await addTrack(harness(), artist);
      const plays = Array.from({ length: 24 }, (_, index) =>
        playOf(index, fan, index % 2 === 0 ? track : second, {
          startedAt: after(NOW, -Math.floor(index / 4) * 12 * DAY_MS),
        }),
      );
      await addPlays(harness(), plays);
      const starts = (await playsOf(artist)).map(({ startedAt }) => startedAt);
      expect(starts).toEqual(plays.map(({ startedAt }) => startedAt).sort((a, b) => b - a));
      const october = plays.filter(({ startedAt }) => monthOf(startedAt) === '2026-10').length;
      expect(october).toBeGreaterThan(4);
      await expectWholePages((page) => payouts().playsOfArtist(artist.id, {}, page), 24);
      await expectWholePages((page) => payouts().playsOfArtist(artist.id, { trackId: second.id }, page), 12);
      await expectWholePages((page) => payouts().playsOfArtist(artist.id, { month: month('2026-10') }, page), october);
    });

    test('refuses what is no cursor of it', async () => {
      const { fan, artist, track } = await scene();
      await addPlays(
        harness(),
        [1, 2, 3, 4, 5].map((number) => playOf(number, fan, track)),
      );
      await expectNoCursorsRefused((page) => payouts().playsOfArtist(artist.id, {}, page));
      await expectMangledCursorsHarmless((page) => payouts().playsOfArtist(artist.id, {}, page));
      const { next } = await pageFrom((page) => harness().ports.plays.playsOf(fan.id, page), 2);
      expect(await payouts().playsOfArtist(artist.id, {}, { limit: 2, after: next })).toEqual(
        err({ code: 'bad_cursor' }),
      );
    });

    test('in whatever order plays, judgments and advances come, the counts are those of the plays', async () => {
      const { fan, artist, track } = await scene();
      const random = pseudoRandom(42);
      const verdicts: readonly Verdict[] = ['payable', 'payable', 'unfunded', 'daily-cap', 'too-short'];
      let plays: readonly Play[] = [];

      for (let step = 0; step < 60; step += 1) {
        const verdict = verdicts[random(verdicts.length)]!;
        const chosen = plays[random(plays.length)];
        if (random(3) === 0) await advance(harness());
        else if (random(2) === 0 && chosen !== undefined) {
          await rejudge(harness(), [[chosen, verdict]]);
          plays = plays.map((play) => (play === chosen ? { ...play, judgment: { ...play.judgment, verdict } } : play));
        } else {
          const added = playOf(step, fan, track, { verdict, startedAt: after(NOW, -random(70) * DAY_MS) });
          await addPlays(harness(), [added]);
          plays = [...plays, added];
        }
        const counted = plays.filter(({ judgment }) => judgment.verdict === 'payable');
        const byMonth = [...Map.groupBy(counted, ({ startedAt }) => monthOf(startedAt))];
        expect(await payable(artist)).toEqual(byMonth.map(([of, group]) => [of, BigInt(group.length)] as const).sort());
      }
      expect(plays.length).toBeGreaterThan(15);
    });

    test('an artist that nobody knows has no plays', async () => {
      expect(await payable({ id: 12_345 as UserId })).toEqual([]);
      expect(await playsOf({ id: 12_345 as UserId })).toEqual([]);
    });
  });
};
