import { expect, test } from '@jest/globals';
import { createCore } from '@backline/core';
import { type Month, month, monthStart, ok, shiftMonth, after, DAY_MS } from '@backline/core/kernel';
import type { CountedPlays } from '@backline/core/payout';
import { memoryPorts, steppingClock } from '@backline/memory';
import fc from 'fast-check';
import { SEEDED } from '../../arbitraries/seed.ts';
import { commit } from '../../suites/harness.ts';
import { addArtist, addTrack, addUser } from '../../suites/samples.ts';

const OCTOBER = month('2026-10');
const PER_PLAY = 8_000n;

/** How many of each of two listeners' plays of a track in October are payable as each close sees it, the first its own. */
const history = fc.array(fc.tuple(fc.nat(6), fc.nat(6)), { minLength: 1, maxLength: 7 });

test('however often plays are lost and gained again, each close pays what no close before has paid', async () => {
  await fc.assert(
    fc.asyncProperty(history, async (seen) => {
      const clock = steppingClock(monthStart(OCTOBER));
      const memory = memoryPorts({ clock });
      const harness = { ports: memory, published: async () => [] };
      const artist = await addArtist(harness);
      const track = await addTrack(harness, artist);
      const listeners = [await addUser(harness), await addUser(harness)];
      const rowsOf = (period: Month): readonly CountedPlays[] => {
        const at = seen.findIndex((_, index) => shiftMonth(OCTOBER, index) === period);
        return listeners.flatMap(({ id: listenerId }, index) => {
          const plays = (seen[at]?.[index] ?? 0) - (at === 0 ? 0 : (seen[at - 1]?.[index] ?? 0));
          const of = {
            listenerId,
            artistId: artist.id,
            trackId: track.id,
            verdict: 'payable',
            playedIn: OCTOBER,
          } as const;
          return plays === 0 ? [] : [{ ...of, plays, counted: at === 0 ? 'never' : 'before' } as const];
        });
      };
      const ports = {
        ...memory,
        playCounts: {
          eachOf: (period: Month, take: (rows: readonly CountedPlays[]) => void) =>
            memory.playCounts
              .eachOf(period, (rows) => {
                const carried = rows.filter(({ counted }) => counted === 'carried');
                if (carried.length > 0) take(carried);
              })
              .then((read) => {
                if (!read.ok) return read;
                take(rowsOf(period));
                return ok(null);
              }),
        },
      };
      const core = createCore(ports);
      let paid = 0n;
      for (const index of seen.keys()) {
        const period = shiftMonth(OCTOBER, index);
        clock.advance(after(monthStart(shiftMonth(period, 1)), 9 * DAY_MS) - clock.now());
        expect(await core.payout.closePeriod(period)).toMatchObject({ ok: true });
        const highest = [0, 1].map((of) => Math.max(...seen.slice(0, index + 1).map((each) => each[of] ?? 0)));
        paid = BigInt((highest[0] ?? 0) + (highest[1] ?? 0)) * PER_PLAY;
        const debts = await commit(memory.uow, ({ closes }) => closes.opening());
        expect(debts.debts.reduce((sum, { amount }) => sum + amount, 0n)).toBe(paid);
      }
    }),
    { ...SEEDED, numRuns: 60 },
  );
});
