import { beforeEach, describe, expect, test } from '@jest/globals';
import { type Core, createCore } from '@backline/core';
import type { User } from '@backline/core/accounts';
import type { Track } from '@backline/core/catalog';
import { type Instant, type Month, HOUR_MS, USD, after, micros, month, monthStart } from '@backline/core/kernel';
import { type MemoryPorts, type SteppingClock, memoryPorts, steppingClock } from '@backline/memory';
import { type OpenHarness, commit, eachTest } from './harness.ts';
import { addArtist, addPlays, addTrack, addUser, advance, at, playOf, rejudge, uuid } from './samples.ts';

const OCTOBER = month('2026-10');
const NOVEMBER = month('2026-11');
const PER_PLAY = 8_000n;
const IN_NOVEMBER = at('2026-11-05T00:00:00Z');
const CLOSE_OF = new Map<Month, Instant>([
  [OCTOBER, at('2026-11-10T00:00:00Z')],
  [NOVEMBER, at('2026-12-10T00:00:00Z')],
]);

/** The same in every run. */
const pseudoRandom = (seed: number) => {
  let state = seed;
  return (below: number): number => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * below);
  };
};

/** What artists are told that they have earned, whatever stores it. No fan of these brings money: all is deferred. */
export const earningsSuite = (adapter: string, open: OpenHarness): void => {
  describe(`earningsOf on ${adapter}`, () => {
    const harness = eachTest(open);
    let clock: SteppingClock;
    let ports: MemoryPorts;
    let core: Core;
    let [ada, ben, fan]: User[] = [];
    let [song, tune]: Track[] = [];
    let plays = 0;

    beforeEach(async () => {
      clock = steppingClock(IN_NOVEMBER);
      ports = { ...memoryPorts({ clock }), ...harness().ports, clock };
      core = createCore(ports);
      plays = 0;
      [ada, ben, fan] = [await addArtist(harness()), await addArtist(harness()), await addUser(harness())];
      song = await addTrack(harness(), ada!);
      tune = await addTrack(harness(), ben!);
    });

    const play = (track: Track, startedAt: Instant) => {
      plays += 1;
      return playOf(plays, fan!, track, { startedAt });
    };
    const hear = async (track: Track, of: Month, count: number) => {
      const heard = Array.from({ length: count }, () => play(track, after(monthStart(of), (plays + 1) * HOUR_MS)));
      await addPlays(harness(), heard);
      return heard;
    };
    const share = (track: Track, effectiveFrom: Month, of: readonly (readonly [User, number])[]) =>
      commit(harness().ports.uow, ({ splits }) =>
        splits.append({
          trackId: track.id,
          effectiveFrom,
          shares: of.map(([{ id }, basisPoints]) => ({ userId: id, basisPoints, acceptedAt: clock.now() })),
        }),
      );
    const close = async (of: Month): Promise<void> => {
      clock.advance(CLOSE_OF.get(of)! - clock.now());
      expect(await core.payout.closePeriod(of)).toMatchObject({ ok: true, value: { now: true } });
    };
    const earned = async ({ id }: User): Promise<bigint> => {
      const { earned: all, balance, paid } = await core.payout.earningsOf(id);
      expect(balance.micros + paid.micros).toBe(all.micros);
      return all.micros;
    };
    const openPeriod = async ({ id }: User) => {
      const { openPeriod: of } = await core.payout.earningsOf(id);
      return [of.month, of.payablePlays, of.accrued.micros];
    };

    test('who was never heard has earned nothing', async () => {
      expect(await earned(ada!)).toBe(0n);
      expect(await openPeriod(ada!)).toEqual([NOVEMBER, 0n, 0n]);
    });

    test('is the same before and after a close; the open month is the one that runs', async () => {
      await hear(song!, OCTOBER, 7);
      await hear(song!, NOVEMBER, 2);
      for (const step of [() => undefined, () => advance(harness()), () => close(OCTOBER)]) {
        await step();
        expect(await earned(ada!)).toBe(9n * PER_PLAY);
        expect(await openPeriod(ada!)).toEqual([NOVEMBER, 2n, 2n * PER_PLAY]);
        expect(await earned(ben!)).toBe(0n);
      }
    });

    test('what comes in late for a closed month counts at once, and once', async () => {
      await hear(song!, OCTOBER, 3);
      await close(OCTOBER);
      await hear(song!, OCTOBER, 2);
      expect(await earned(ada!)).toBe(5n * PER_PLAY);
      await close(NOVEMBER);
      expect(await earned(ada!)).toBe(5n * PER_PLAY);
    });

    test('what a closed month loses afterwards stays earned', async () => {
      const [first, second] = await hear(song!, OCTOBER, 3);
      await hear(tune!, OCTOBER, 1);
      await close(OCTOBER);
      await rejudge(harness(), [
        [first!, 'unfunded'],
        [second!, 'unfunded'],
      ]);
      expect(await earned(ada!)).toBe(3n * PER_PLAY);
      await close(NOVEMBER);
      expect(await earned(ada!)).toBe(3n * PER_PLAY);
      await hear(song!, NOVEMBER, 1);
      expect(await earned(ada!)).toBe(4n * PER_PLAY);
    });

    test('a shared track earns for each by their share from its month on, before as after the close', async () => {
      const later = await addTrack(harness(), ada!);
      await share(song!, OCTOBER, [
        [ada!, 6_667],
        [ben!, 3_333],
      ]);
      await share(later, NOVEMBER, [[ben!, 10_000]]);
      await hear(song!, OCTOBER, 2);
      await hear(later, OCTOBER, 1);
      await hear(later, NOVEMBER, 4);
      for (const step of [() => undefined, () => advance(harness()), () => close(OCTOBER), () => close(NOVEMBER)]) {
        await step();
        expect(await earned(ada!)).toBe(10_667n + PER_PLAY);
        expect(await earned(ben!)).toBe(5_333n + 4n * PER_PLAY);
      }
    });

    test('the open month counts the plays of a shared track in full, and the money by the share', async () => {
      await share(song!, NOVEMBER, [
        [ada!, 5_000],
        [ben!, 5_000],
      ]);
      await hear(song!, NOVEMBER, 3);
      await hear(tune!, NOVEMBER, 1);
      expect(await openPeriod(ada!)).toEqual([NOVEMBER, 3n, 12_000n]);
      expect(await openPeriod(ben!)).toEqual([NOVEMBER, 4n, 12_000n + PER_PLAY]);
    });

    test('what is owed back for a fraud is earned no longer', async () => {
      await hear(song!, OCTOBER, 3);
      await close(OCTOBER);
      await commit(harness().ports.uow, async ({ ledger, periods }) => {
        await periods.open(NOVEMBER, clock.now());
        const posted = await ledger.post([
          {
            id: uuid(999_999) as never,
            transaction: {
              period: NOVEMBER,
              sourceType: 'fraud',
              sourceId: 'finding',
              kind: 'reversed',
              entries: [
                { account: `artist_receivable:${ada!.id}`, side: 'debit', currency: USD, amount: micros(PER_PLAY) },
                { account: 'royalty_reserve', side: 'credit', currency: USD, amount: micros(PER_PLAY) },
              ],
            },
            reverses: null,
            postedAt: clock.now(),
            idempotencyKey: 'finding',
          },
        ]);
        expect(posted.ok).toBe(true);
      });
      expect(await earned(ada!)).toBe(2n * PER_PLAY);
    });

    test('whatever is played, shared and closed, all artists together have earned every payable play, to the micro', async () => {
      const random = pseudoRandom(7);
      const tracks = [song!, tune!, await addTrack(harness(), ada!), await addTrack(harness(), ben!)];
      await share(tracks[2]!, OCTOBER, [
        [ada!, 3_333],
        [ben!, 6_667],
      ]);
      await share(tracks[3]!, NOVEMBER, [
        [ada!, 9_999],
        [ben!, 1],
      ]);
      const closes = new Map([
        [20, OCTOBER],
        [40, NOVEMBER],
      ]);
      for (let step = 0; step < 60; step += 1) {
        const period = closes.get(step);
        if (period !== undefined) await close(period);
        else if (random(4) === 0) await advance(harness());
        else await hear(tracks[random(4)]!, [OCTOBER, NOVEMBER][random(2)]!, 1 + random(3));
        expect((await earned(ada!)) + (await earned(ben!))).toBe(BigInt(plays) * PER_PLAY);
      }
      expect(plays).toBeGreaterThan(50);
    });
  });
};
