import { describe, expect, test } from '@jest/globals';
import { DAY_MS, after, month } from '@backline/core/kernel';
import type { SplitVersion, SplitVersionId } from '@backline/core/payout';
import type { User } from '@backline/core/accounts';
import type { Track } from '@backline/core/catalog';
import { type OpenHarness, commit, eachTest, inTurn } from './harness.ts';
import { NOW, addTrack, addUser } from './samples.ts';

const NEXT = month('2026-12');
const LATER = month('2027-01');

const splitOf = (track: Track, of: readonly User[], effectiveFrom = NEXT): Omit<SplitVersion, 'id'> => ({
  trackId: track.id,
  effectiveFrom,
  shares: of.map(({ id }, index) => ({
    userId: id,
    basisPoints: index === 0 ? 10_000 - (of.length - 1) : 1,
    acceptedAt: index === 0 ? NOW : null,
  })),
});

/** What every SplitRepository promises, whatever stores it. */
export const splitRepositorySuite = (adapter: string, open: OpenHarness): void => {
  describe(`SplitRepository on ${adapter}`, () => {
    const harness = eachTest(open);
    const uow = () => harness().ports.uow;
    const people = async (): Promise<{ artist: User; other: User; track: Track }> => {
      const [artist, other] = [await addUser(harness(), { role: 'ARTIST' }), await addUser(harness())];
      return { artist, other, track: await addTrack(harness(), artist) };
    };
    const append = (split: Omit<SplitVersion, 'id'>) => commit(uow(), ({ splits }) => splits.append(split));
    const find = (id: SplitVersionId) => commit(uow(), ({ splits }) => splits.find(id));

    test('returns what was appended, and gives later versions greater ids', async () => {
      const { artist, other, track } = await people();
      const first = await append(splitOf(track, [artist, other]));
      const second = await append(splitOf(track, [artist], LATER));
      expect(first).toEqual({ ...splitOf(track, [artist, other]), id: first.id });
      expect(second.id).toBeGreaterThan(first.id);
      expect(await find(first.id)).toEqual(first);
      expect(await commit(uow(), ({ splits }) => splits.versionsOf(track.id))).toEqual([first, second]);
      expect(await find(999 as SplitVersionId)).toBeNull();
    });

    test('until gives those in force by then, of every track', async () => {
      const [one, two] = [await people(), await people()];
      const first = await append(splitOf(one.track, [one.artist]));
      const second = await append(splitOf(two.track, [two.artist]));
      await append(splitOf(one.track, [one.artist, one.other], LATER));
      const until = (at: typeof NEXT) => commit(uow(), ({ splits }) => splits.until(at));
      expect(await until(NEXT)).toEqual([first, second]);
      expect(await until(LATER)).toHaveLength(3);
      expect(await until(month('2026-11'))).toEqual([]);
    });

    test('a share is accepted once, also after it was declined; then it is declined no more', async () => {
      const { artist, other, track } = await people();
      const split = await append(splitOf(track, [artist, other]));
      const declined = () => commit(uow(), ({ splits }) => splits.declinedOf(split.id));
      const decline = (ms: number) => commit(uow(), ({ splits }) => splits.decline(split.id, other.id, after(NOW, ms)));
      const accept = (ms: number) => commit(uow(), ({ splits }) => splits.accept(split.id, other.id, after(NOW, ms)));
      expect(await declined()).toEqual(new Set());
      await decline(1);
      await decline(2);
      expect(await declined()).toEqual(new Set([other.id]));
      await accept(DAY_MS);
      await accept(2 * DAY_MS);
      expect((await find(split.id))?.shares.find(({ userId }) => userId === other.id)?.acceptedAt).toBe(
        after(NOW, DAY_MS),
      );
      expect(await declined()).toEqual(new Set());
    });

    test('versionsOf holds a track until the transaction ends', async () => {
      const { track } = await people();
      expect(await inTurn(uow(), ({ splits }) => splits.versionsOf(track.id))).toEqual(['first', 'second']);
    });
  });
};
