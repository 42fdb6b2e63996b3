import { beforeEach, describe, expect, test } from '@jest/globals';
import { type Core, createCore } from '@backline/core';
import type { User } from '@backline/core/accounts';
import type { Track } from '@backline/core/catalog';
import { HOUR_MS, type Instant, MINUTE_MS, after, month, monthStart } from '@backline/core/kernel';
import type { SplitVersionId } from '@backline/core/payout';
import type { PlayId, Verdict } from '@backline/core/playback';
import { type MemoryPorts, type SteppingClock, memoryPorts, steppingClock } from '@backline/memory';
import { type OpenHarness, commit, eachTest } from './harness.ts';
import { everything } from './paging.ts';
import { addArtist, addTrack, addUser, at, subscriptionOf, uuid } from './samples.ts';

const OCTOBER = month('2026-10');
const NOVEMBER = month('2026-11');
const DECEMBER = month('2026-12');

/** R3b, from the split to the verdict, whatever stores it. */
export const collaboratorsSuite = (adapter: string, open: OpenHarness): void => {
  describe(`plays of collaborators on ${adapter}`, () => {
    const harness = eachTest(open);
    let clock: SteppingClock;
    let ports: MemoryPorts;
    let core: Core;
    let [artist, drummer, fan]: User[] = [];
    let [shared, other]: Track[] = [];
    let plays = 0;

    const set = (to: string): void => clock.advance(at(to) - clock.now());

    beforeEach(async () => {
      clock = steppingClock(at('2026-10-20T12:00:00Z'));
      ports = { ...memoryPorts({ clock }), ...harness().ports, clock };
      core = createCore(ports);
      plays = 0;
      artist = await addArtist(harness());
      [drummer, fan] = [await addUser(harness()), await addUser(harness())];
      [shared, other] = [await addTrack(harness(), artist), await addTrack(harness(), artist)];
      for (const { id } of [drummer, fan])
        await commit(harness().ports.uow, ({ subscriptions }) =>
          subscriptions.save(subscriptionOf(`sub_${id}`, id, { paid: [{ from: monthStart(OCTOBER), until: null }] })),
        );
    });

    const hear = async (user: User, track: Track, startedAt: Instant): Promise<Verdict> => {
      const report = { playId: uuid((plays += 1)) as PlayId, trackId: track.id, startedAt, msPlayed: 31_000 };
      const [outcome] = await core.playback.recordPlays(user.id, [report]);
      if (outcome?.outcome !== 'accepted') throw new Error(outcome?.outcome);
      return outcome.verdict;
    };
    const share = async (effectiveFrom: typeof OCTOBER, withDrummer = true): Promise<SplitVersionId> => {
      const set = await core.payout.setSplit(artist!.id, {
        trackId: shared!.id,
        effectiveFrom,
        shares: withDrummer
          ? [
              { userId: artist!.id, basisPoints: 6_000 },
              { userId: drummer!.id, basisPoints: 4_000 },
            ]
          : [{ userId: artist!.id, basisPoints: 10_000 }],
      });
      if (!set.ok) throw new Error(set.error.code);
      return set.value.version.id;
    };
    /** As the worker would. */
    const follow = async (): Promise<void> => {
      for (const event of await harness().published())
        if (event.type === 'payout.collaborator_joined') await core.playback.rejudgePlays(event.userId, event.since);
    };
    const accept = async (id: SplitVersionId): Promise<void> => {
      expect(await core.payout.acceptShare(drummer!.id, id)).toMatchObject({ ok: true });
      await follow();
    };
    const verdicts = async (): Promise<readonly Verdict[]> =>
      (await everything((page) => ports.plays.playsOf(drummer!.id, page))).map(({ verdict }) => verdict).toReversed();

    test('whoever has accepted a share is not paid for hearing the track, and is for others', async () => {
      await accept(await share(OCTOBER));
      expect(await hear(drummer!, shared!, clock.now())).toBe('self-play');
      expect(await hear(drummer!, other!, after(clock.now(), -MINUTE_MS))).toBe('payable');
      expect(await hear(fan!, shared!, clock.now())).toBe('payable');
      expect(await hear(artist!, shared!, clock.now())).toBe('self-play');
    });

    test('a share that is not accepted changes nothing; accepted, what was heard since it began is judged again', async () => {
      const before = after(monthStart(OCTOBER), 10 * HOUR_MS);
      for (const startedAt of [before, clock.now()]) expect(await hear(drummer!, shared!, startedAt)).toBe('payable');
      const id = await share(OCTOBER);
      expect(await hear(drummer!, shared!, after(before, HOUR_MS))).toBe('payable');
      await accept(id);
      expect(await verdicts()).toEqual(['self-play', 'self-play', 'self-play']);
      expect((await core.payout.earningsOf(artist!.id)).earned.micros).toBe(0n);
    });

    test('a share counts from its first month until a version without it', async () => {
      await accept(await share(NOVEMBER));
      await share(DECEMBER, false);
      expect(await hear(drummer!, shared!, clock.now())).toBe('payable');
      set('2026-11-30T23:59:00Z');
      expect(await hear(drummer!, shared!, clock.now())).toBe('self-play');
      set('2026-12-01T00:00:00Z');
      expect(await hear(drummer!, shared!, clock.now())).toBe('payable');
    });

    test('months that are closed stay as they were counted', async () => {
      const id = await share(OCTOBER);
      await hear(drummer!, shared!, clock.now());
      set('2026-11-10T00:00:00Z');
      await hear(drummer!, shared!, clock.now());
      expect(await core.payout.closePeriod(OCTOBER)).toMatchObject({ ok: true });
      await accept(id);
      expect(await verdicts()).toEqual(['payable', 'self-play']);
      expect(await hear(drummer!, shared!, after(monthStart(OCTOBER), 20 * 24 * HOUR_MS))).toBe('self-play');
    });

    test('accepting again announces nothing', async () => {
      const id = await share(OCTOBER);
      await accept(id);
      const events = (await harness().published()).length;
      await accept(id);
      expect(await harness().published()).toHaveLength(events);
    });
  });
};
