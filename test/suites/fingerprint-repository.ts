import { beforeEach, describe, expect, test } from '@jest/globals';
import type { User } from '@backline/core/accounts';
import { type Fingerprint, type Track, type TrackId, searchTerms } from '@backline/core/catalog';
import { soundOf } from '../support/fingerprints.ts';
import { type OpenHarness, commit, eachTest } from './harness.ts';
import { addArtist, addTrack, remove } from './samples.ts';

/** What every FingerprintRepository promises. */
export const fingerprintRepositorySuite = (adapter: string, open: OpenHarness): void => {
  describe(`FingerprintRepository on ${adapter}`, () => {
    const harness = eachTest(open);
    const uow = () => harness().ports.uow;
    const find = (id: TrackId) => commit(uow(), ({ fingerprints }) => fingerprints.find(id));
    const save = (id: TrackId, of: Fingerprint) => commit(uow(), ({ fingerprints }) => fingerprints.save(id, of));
    let artist: User;
    let other: User;
    let track: Track;
    beforeEach(async () => {
      [artist, other] = [await addArtist(harness()), await addArtist(harness())];
      track = await addTrack(harness(), other);
    });
    const alike = async (to: Fingerprint, notBy = artist) =>
      (await commit(uow(), ({ fingerprints }) => fingerprints.alike(searchTerms(to), notBy.id))).map(
        ({ trackId }) => trackId,
      );

    test('returns what was saved, of all numbers of 32 bits', async () => {
      const items = [0, 1, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, ...soundOf(1)];
      expect(await find(track.id)).toBeNull();
      await save(track.id, items);
      expect(await find(track.id)).toEqual(items);
      expect(await commit(uow(), ({ fingerprints }) => fingerprints.alike(searchTerms(items), artist.id))).toEqual([
        { trackId: track.id, fingerprint: items },
      ]);
    });

    test('keeps one of a track, also one of nothing', async () => {
      await save(track.id, soundOf(1));
      await save(track.id, soundOf(2));
      expect(await find(track.id)).toEqual(soundOf(2));
      expect([await alike(soundOf(1)), await alike(soundOf(2))]).toEqual([[], [track.id]]);
      await save(track.id, []);
      expect(await find(track.id)).toEqual([]);
      expect(await alike([])).toEqual([]);
    });

    test('forgets', async () => {
      await save(track.id, soundOf(1));
      await commit(uow(), ({ fingerprints }) => fingerprints.forget(track.id));
      await commit(uow(), ({ fingerprints }) => fingerprints.forget(track.id));
      expect(await find(track.id)).toBeNull();
      expect(await alike(soundOf(1))).toEqual([]);
    });

    test('finds others’ unremoved tracks that share two terms, those with the most first', async () => {
      const terms = searchTerms(soundOf(1));
      const near = await addTrack(harness(), other);
      const far = await addTrack(harness(), other);
      const own = await addTrack(harness(), artist);
      await save(track.id, terms.slice(0, 2));
      await save(near.id, terms.slice(0, 9));
      await save(far.id, [...terms.slice(0, 1), ...soundOf(2)]);
      await save(own.id, terms);
      expect(await alike(soundOf(1))).toEqual([near.id, track.id]);
      expect(await alike(soundOf(1), other)).toEqual([own.id]);
      await remove(harness(), near);
      expect(await alike(soundOf(1))).toEqual([track.id]);
    });

    test('finds 20 at most', async () => {
      for (let number = 0; number < 22; number += 1) await save((await addTrack(harness(), other)).id, soundOf(1));
      expect(await alike(soundOf(1))).toHaveLength(20);
    });
  });
};
