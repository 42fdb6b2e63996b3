import { beforeEach, describe, expect, test } from '@jest/globals';
import type { User } from '@backline/core/accounts';
import type { MediaKey, Rendition, Track } from '@backline/core/catalog';
import type { Impression, Recommendations, TrainingMark, TrainingPlay, TrainingTrack } from '@backline/core/discovery';
import { DAY_MS, HOUR_MS, MINUTE_MS, after, day, dayOf, dayStart, instant } from '@backline/core/kernel';
import type { HoldId } from '@backline/core/payout';
import { type OpenHarness, commit, eachTest } from './harness.ts';
import { NOW, addArtist, addPlays, addTrack, addUser, catchUp, playOf, remove, uuid } from './samples.ts';

const TODAY = day('2026-11-15');

const listOf = (version: string, ...tracks: readonly Track[]): Recommendations => ({
  items: tracks.map(({ id }, index) => ({
    trackId: id,
    score: 1 / (index + 1),
    reason: { kind: 'because-you-played', trackId: id },
    source: 'ranker',
    propensity: 0.5,
  })),
  model: { version, trainedAt: instant(1_700_000_000_123) },
});

/** What is promised of what discovery stores and reads. */
export const discoveryStoresSuite = (adapter: string, open: OpenHarness): void => {
  describe(`discovery on ${adapter}`, () => {
    const harness = eachTest(open);
    let artist: User;
    let fan: User;
    let [one, two, three]: Track[] = [];
    let number = 0;
    beforeEach(async () => {
      number = 0;
      [artist, fan] = [await addArtist(harness()), await addUser(harness())];
      one = await addTrack(harness(), artist);
      two = await addTrack(harness(), artist);
      three = await addTrack(harness(), await addArtist(harness()));
    });
    const play = async (listener: User, tracks: readonly Track[], changes: Parameters<typeof playOf>[3] = {}) =>
      addPlays(
        harness(),
        tracks.map((track) => playOf((number += 1), listener, track, changes)),
      );

    const tasteOf = async ({ id }: User) => {
      const { recent, known } = await harness().ports.tastes.tasteOf(id);
      return { recent: recent.map(({ trackId }) => trackId), known: [...known].sort((a, b) => a - b) };
    };
    const toTasteOf = async ({ id }: User) =>
      (await harness().ports.popularity.toTasteOf(id, 10)).map(({ trackId }) => trackId);
    const find = ({ id }: User) => harness().ports.lastGood.find(id);
    const save = (list: Recommendations, at = NOW) => harness().ports.lastGood.save(fan.id, list, at);
    const log = () => harness().ports.impressions;
    const reader = () => harness().ports.trainingReader;
    const playsOf = async (of = TODAY): Promise<readonly TrainingPlay[]> => {
      const found: TrainingPlay[] = [];
      await reader().plays(of, (rows) => void found.push(...rows));
      return found.sort((a, b) => a.startedAt - b.startedAt);
    };
    const exportedTracks = async (): Promise<readonly TrainingTrack[]> => {
      const found: TrainingTrack[] = [];
      await reader().tracks((rows) => void found.push(...rows));
      return found;
    };
    const saveRendition = ({ id }: Track, rendition: Rendition) =>
      commit(harness().ports.uow, ({ processings }) => processings.saveRendition(id, rendition));
    const changed = async (since: TrainingMark | null = null) => reader().changedDays(since, after(NOW, HOUR_MS));

    const impressionOf = (changes: Partial<Impression> = {}): Impression => ({
      listenerId: fan.id,
      surface: 'for-you',
      at: NOW,
      modelVersion: 'v1',
      rung: 'engine',
      items: [
        { trackId: two!.id, source: 'explore', propensity: 0.25 },
        { trackId: one!.id, source: 'ranker', propensity: 1 },
      ],
      ...changes,
    });

    describe('a listener’s taste', () => {
      test('is what they played, the newest first, and all that they know', async () => {
        await play(fan, [one!, three!, one!]);
        expect(await tasteOf(fan)).toEqual({ recent: [one!.id, three!.id, one!.id], known: [one!.id, three!.id] });
        expect((await harness().ports.tastes.tasteOf(fan.id)).recent[0]).toEqual({
          trackId: one!.id,
          startedAt: after(NOW, 3 * MINUTE_MS),
          msPlayed: 31_000,
        });
        expect(await tasteOf(artist)).toEqual({ recent: [], known: [one!.id, two!.id] });
      });

      test('of very much is only what is recent, but all that they know', async () => {
        for (let count = 0; count < 4; count += 1)
          await play(
            fan,
            Array.from({ length: 100 }, () => two!),
          );
        await play(fan, [one!], { startedAt: after(NOW, -DAY_MS) });
        const { recent, known } = await tasteOf(fan);
        expect(recent).toHaveLength(300);
        expect(known).toEqual([one!.id, two!.id]);
      });
    });

    describe('what is popular to a taste', () => {
      test('shares an artist, a tag or the genre with it, and is neither known nor gone', async () => {
        const folk = { genre: 'Folk', tags: ['calm'] };
        const other = await addArtist(harness());
        const played = await addTrack(harness(), other, folk);
        const [genre, tag, none] = [
          await addTrack(harness(), artist, { genre: 'folk' }),
          await addTrack(harness(), artist, { tags: ['calm'] }),
          await addTrack(harness(), artist, { genre: 'Metal', tags: ['loud'] }),
        ];
        const own = await addTrack(harness(), other);
        await remove(harness(), await addTrack(harness(), artist, folk));
        await play(fan, [played]);
        await catchUp(harness(), 1);
        const found = await toTasteOf(fan);
        expect(new Set(found)).toEqual(new Set([genre.id, tag.id, own.id]));
        expect(found).not.toContain(none.id);
        expect(await toTasteOf(await addUser(harness()))).toEqual([]);
      });
    });

    describe('the last good list', () => {
      test('is as it was saved', async () => {
        expect(await find(fan)).toBeNull();
        await save(listOf('v1', one!, two!));
        expect(await find(fan)).toEqual({ list: listOf('v1', one!, two!), savedAt: NOW });
        expect(await find(artist)).toBeNull();
      });

      test('is replaced after ten minutes, or by another model’s', async () => {
        await save(listOf('v1', one!));
        await save(listOf('v1', two!), after(NOW, 10 * MINUTE_MS));
        expect((await find(fan))?.list).toEqual(listOf('v1', one!));
        await save(listOf('v1', two!), after(NOW, 10 * MINUTE_MS + 1));
        expect((await find(fan))?.list).toEqual(listOf('v1', two!));
        await save(listOf('v2', three!), after(NOW, 10 * MINUTE_MS + 2));
        expect((await find(fan))?.list).toEqual(listOf('v2', three!));
      });

      test('is gone once it is removed', async () => {
        await save(listOf('v1', one!));
        await harness().ports.lastGood.removeOf(fan.id);
        await harness().ports.lastGood.removeOf(fan.id);
        expect(await find(fan)).toBeNull();
      });
    });

    describe('impressions', () => {
      test('are as they were shown, the latest first', async () => {
        const [first, second] = [impressionOf(), impressionOf({ surface: 'radio', rung: 'neighbours', items: [] })];
        await log().append(first);
        await log().append(second);
        expect(await log().latest(10)).toEqual([second, first]);
        expect(await log().latest(1)).toEqual([second]);
      });

      test('are forgotten of a listener, and of before a time', async () => {
        await log().append(impressionOf());
        await log().append(impressionOf({ listenerId: artist.id, at: after(NOW, 1) }));
        await log().append(impressionOf({ listenerId: artist.id }));
        expect(await log().removeBefore(after(NOW, 1))).toBe(2);
        expect(await log().latest(10)).toHaveLength(1);
        await log().removeOf(fan.id);
        expect(await log().latest(10)).toHaveLength(1);
        await log().removeOf(artist.id);
        expect(await log().latest(10)).toEqual([]);
      });
    });

    describe('what is read for training', () => {
      test('are plays of a day, but for those that tell nothing', async () => {
        await play(fan, [one!]);
        await play(fan, [two!], { verdict: 'too-short', msPlayed: 4_000 });
        await play(artist, [one!], { verdict: 'self-play' });
        await play(fan, [one!], { verdict: 'overlapping' });
        await play(fan, [three!], { startedAt: after(dayStart(NOW), DAY_MS) });
        expect(await playsOf()).toEqual([
          {
            listenerId: fan.id,
            trackId: one!.id,
            artistId: artist.id,
            startedAt: after(NOW, MINUTE_MS),
            msPlayed: 31_000,
            trust: 1,
          },
          expect.objectContaining({ trackId: two!.id, msPlayed: 4_000, trust: 1 }),
        ]);
        expect((await playsOf(day('2026-11-16'))).map(({ trackId }) => trackId)).toEqual([three!.id]);
        expect(await playsOf(day('2026-11-17'))).toEqual([]);
      });

      test('are believed a tenth where they, or a day of their account, are held', async () => {
        const bot = await addUser(harness());
        await play(fan, [one!], { verdict: 'held' });
        await play(fan, [two!]);
        await play(bot, [one!]);
        await commit(harness().ports.playLog, ({ holds }) =>
          holds.raise(
            {
              scope: { of: 'listening-day', listenerId: bot.id, day: dayOf(after(NOW, -DAY_MS)) },
              reason: { code: 'many-plays', plays: 500, allowed: 400 },
              policyVersion: 1,
              decided: null,
            },
            uuid(1) as HoldId,
            NOW,
          ),
        );
        expect((await playsOf()).map(({ trust }) => trust)).toEqual([0.1, 1, 0.1]);
        await commit(harness().ports.playLog, ({ holds }) =>
          holds.decide(uuid(1) as HoldId, { decision: 'released', by: 'Ann', at: NOW }),
        );
        expect((await playsOf()).map(({ trust }) => trust)).toEqual([0.1, 1, 1]);
      });

      test('are none of an erased account', async () => {
        await play(fan, [one!]);
        const { mark } = await changed();
        await commit(harness().ports.uow, ({ users }) =>
          users.save({ ...fan, email: null, passwordHash: null, erasedAt: after(NOW, HOUR_MS) }),
        );
        expect(await playsOf()).toEqual([]);
        expect((await changed(mark)).days).toEqual([TODAY]);
      });

      test('are of the days that changed', async () => {
        await play(fan, [one!]);
        await play(fan, [one!], { startedAt: after(NOW, -40 * DAY_MS) });
        const first = await changed();
        expect(first.days).toEqual([day('2026-10-06'), TODAY]);
        expect(first.mark.at).toBe(after(NOW, HOUR_MS));
        await play(fan, [two!], { startedAt: after(NOW, -DAY_MS) });
        expect((await changed(first.mark)).days).toContain(day('2026-11-14'));
      });

      test('are tracks that can be recommended', async () => {
        const tagged = await addTrack(harness(), artist, {
          genre: 'Folk',
          tags: ['calm', 'ö,"'],
          releasedOn: day('2024-02-29'),
        });
        await addTrack(harness(), artist, { status: 'processing' });
        await remove(harness(), two!);
        const found = await exportedTracks();
        expect(found.map(({ trackId }) => trackId)).toEqual([one!.id, three!.id, tagged.id]);
        expect(found.at(-1)).toEqual({
          trackId: tagged.id,
          artistId: artist.id,
          genre: 'Folk',
          tags: ['calm', 'ö,"'],
          releasedOn: '2024-02-29',
          durationMs: 180_000,
          preview: null,
        });
        expect(found[0]).toMatchObject({ genre: null, tags: [], releasedOn: null });
      });

      test('are heard by a preview, once it is kept', async () => {
        const preview: Rendition = {
          name: 'preview-opus',
          key: 'derived/preview' as MediaKey,
          kept: false,
          contentType: 'audio/ogg',
          codec: 'opus',
          bitrateKbps: 96,
          sizeBytes: 360_000,
          segments: null,
        };
        await saveRendition(one!, preview);
        await saveRendition(one!, { ...preview, name: 'opus-96', key: 'derived/whole' as MediaKey, kept: true });
        expect((await exportedTracks()).map((track) => track.preview)).toEqual([null, null, null]);
        await saveRendition(one!, { ...preview, kept: true });
        expect((await exportedTracks()).map((track) => track.preview)).toEqual(['derived/preview', null, null]);
      });
    });
  });
};
