import { describe, expect, test } from '@jest/globals';
import type { ImageRef, User, UserId } from '@backline/core/accounts';
import type { MediaKey, Track, TrackId } from '@backline/core/catalog';
import { day, err, ok } from '@backline/core/kernel';
import { type OpenHarness, commit, contend, eachTest, inTurn } from './harness.ts';
import { AWKWARD_TEXT, NOW, addArtist, addTrack, addUser, remove, trackOf } from './samples.ts';

/** Another file with the same bytes. */
const sameAudio = (track: Track, id: number, artistId: UserId = track.artistId): Track =>
  trackOf(id, artistId, { audio: { ...track.audio, key: `audio/again/${id}` as MediaKey } });

/** What every TrackRepository promises, whatever stores it. */
export const trackRepositorySuite = (adapter: string, open: OpenHarness): void => {
  describe(`TrackRepository on ${adapter}`, () => {
    const harness = eachTest(open);
    const uow = () => harness().ports.uow;
    const find = (id: number) => commit(uow(), ({ tracks }) => tracks.find(id as TrackId));
    const insert = (track: Track) => commit(uow(), ({ tracks }) => tracks.insert(track));
    const idsOf = async ({ id }: User) =>
      (await commit(uow(), ({ tracks }) => tracks.findAllOf(id))).map((track) => track.id).sort((a, b) => a - b);

    test('finds nothing before anything is inserted', async () => {
      expect(await find(1)).toBeNull();
    });

    test.each<[string, Partial<Track>]>([
      ['with nothing but a title', {}],
      [
        'with all that it may have',
        {
          title: AWKWARD_TEXT,
          genre: AWKWARD_TEXT,
          tags: ['first', AWKWARD_TEXT, 'a,b', '{}', 'null', ''],
          releasedOn: day('2024-02-29'),
          artwork: 'picture' as ImageRef,
          loudnessLufs: -14.35,
          status: 'processing',
        },
      ],
      ['released on the last day of a year', { releasedOn: day('1999-12-31'), status: 'failed' }],
      ['with the greatest id', { id: Number.MAX_SAFE_INTEGER as TrackId }],
      ['removed', { removedAt: NOW }],
      [
        'with audio beyond 2³¹ bytes',
        { audio: { ...trackOf(1, 1 as UserId).audio, sizeBytes: 2 ** 31 + 1, durationMs: 1 } },
      ],
    ])('returns what was inserted: %s', async (_, changes) => {
      const { id } = await addArtist(harness());
      const track = trackOf(1, id, changes);
      expect(await insert(track)).toEqual(ok(null));
      expect(await find(track.id)).toEqual(track);
    });

    test('save replaces that track and no other', async () => {
      const artist = await addArtist(harness());
      const [one, other] = [await addTrack(harness(), artist), await addTrack(harness(), artist)];
      const saved: Track = {
        ...one,
        title: 'Another',
        genre: 'Folk',
        tags: ['x'],
        releasedOn: day('2026-01-01'),
        loudnessLufs: -9,
        status: 'failed',
        removedAt: NOW,
      };
      await commit(uow(), ({ tracks }) => tracks.save(saved));
      expect(await find(one.id)).toEqual(saved);
      expect(await find(other.id)).toEqual(other);
    });

    test('the same audio by the same artist is refused, and the transaction can go on', async () => {
      const track = await addTrack(harness(), await addArtist(harness()));
      const results = await commit(uow(), async ({ tracks }) => [
        await tracks.insert(sameAudio(track, 98)),
        await tracks.insert(trackOf(99, track.artistId)),
      ]);
      expect(results).toEqual([err({ code: 'duplicate_track', trackId: track.id }), ok(null)]);
      expect(await find(98)).toBeNull();
      expect(await find(99)).not.toBeNull();
    });

    test('the same audio by another artist is taken', async () => {
      const track = await addTrack(harness(), await addArtist(harness()));
      const other = await addArtist(harness());
      expect(await insert(sameAudio(track, 99, other.id))).toEqual(ok(null));
    });

    test('the same audio is taken again once the track is removed', async () => {
      const track = await addTrack(harness(), await addArtist(harness()));
      await remove(harness(), track);
      expect(await insert(sameAudio(track, 99))).toEqual(ok(null));
      expect(await insert(sameAudio(track, 100))).toEqual(err({ code: 'duplicate_track', trackId: 99 }));
      expect((await find(track.id))?.removedAt).toBe(NOW);
    });

    test.each([
      ['commits, the second is refused', ok, err({ code: 'duplicate_track', trackId: 98 })],
      ['is rolled back, the second is ok', err, ok(null)],
    ] as const)('of two inserts at once with the same audio: where the first %s', async (_, end, expected) => {
      const { id } = await addArtist(harness());
      const { second, order } = await contend(
        uow(),
        ({ tracks }) => tracks.insert(sameAudio(trackOf(1, id), 98)),
        ({ tracks }) => tracks.insert(sameAudio(trackOf(1, id), 99)),
        () => end(null),
      );
      expect(order).toEqual(['first', 'second']);
      expect(second).toEqual(expected);
    });

    test("findAllOf finds the artist's tracks but those removed", async () => {
      const [artist, other] = [await addArtist(harness()), await addArtist(harness())];
      const kept = [await addTrack(harness(), artist), await addTrack(harness(), artist)];
      await remove(harness(), await addTrack(harness(), artist));
      await addTrack(harness(), other);
      expect(await idsOf(artist)).toEqual(kept.map(({ id }) => id));
      expect(await idsOf(await addUser(harness()))).toEqual([]);
    });

    test('no id is given twice', async () => {
      const ids = await commit(uow(), async ({ tracks }) => [await tracks.nextId(), await tracks.nextId()]);
      ids.push(await commit(uow(), ({ tracks }) => tracks.nextId()));
      expect(new Set(ids).size).toBe(3);
      expect(ids.every((id) => Number.isSafeInteger(id) && id > 0)).toBe(true);
    });

    test('find and findAllOf hold a track until the transaction ends', async () => {
      const { id, artistId } = await addTrack(harness(), await addArtist(harness()));
      expect(await inTurn(uow(), ({ tracks }) => tracks.find(id))).toEqual(['first', 'second']);
      const { order } = await contend(
        uow(),
        ({ tracks }) => tracks.findAllOf(artistId),
        ({ tracks }) => tracks.find(id),
        () => ok(null),
      );
      expect(order).toEqual(['first', 'second']);
    });
  });
};
