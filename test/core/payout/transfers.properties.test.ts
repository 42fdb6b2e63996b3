import { expect, test } from '@jest/globals';
import { type Ports, createCore } from '@backline/core';
import { HOUR_MS, MINUTE_MS, USD, after, err } from '@backline/core/kernel';
import { type PayoutAccountId, artistAccount } from '@backline/core/payout';
import { type MemoryPorts, memoryPorts, steppingClock } from '@backline/memory';
import fc from 'fast-check';
import { SEEDED } from '../../arbitraries/seed.ts';
import { earnedBy } from '../../suites/ledger-samples.ts';
import { commit } from '../../suites/harness.ts';
import { NOW, addArtist } from '../../suites/samples.ts';
import { dying } from '../../support/dying.ts';

const CENT = 10_000n;

const actor = fc.record({
  diesAt: fc.oneof(fc.nat(24), fc.constant(99)),
  resumesOnly: fc.boolean(),
  sleepsHours: fc.constantFrom(0, 30),
  /** So many turns of its own before it sleeps. */
  idles: fc.nat(20),
});

const world = fc.record({
  earned: fc.array(fc.bigInt({ min: 24_990_000n, max: 26_000_000n }), { minLength: 1, maxLength: 3 }),
  actors: fc.array(actor, { minLength: 1, maxLength: 5 }),
});

/** Each transaction and each call to the provider begins when the scheduler says so, and is heard of when it says so. */
const interleaved = (ports: MemoryPorts, scheduler: fc.Scheduler): Ports => {
  const turn = (label: string): Promise<void> => scheduler.schedule(Promise.resolve(), label);
  const { payoutGateway: real, uow, clock } = ports;
  const inTurns =
    <A extends readonly unknown[], R>(label: string, work: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      await turn(`${label} begins`);
      const result = await work(...args);
      await turn(`${label} is heard of`);
      return result;
    };
  /** A request that has not left within minutes never does: adapters give up long before. */
  const transfer: Ports['payoutGateway']['transfer'] = async (order) => {
    const askedAt = clock.now();
    await turn('transfer begins');
    if (clock.now() > after(askedAt, MINUTE_MS)) return err({ code: 'payments_away', retryAfterMs: 0 });
    const sent = await real.transfer(order);
    await turn('transfer is heard of');
    return sent;
  };
  return {
    ...ports,
    uow: { run: inTurns('transaction', uow.run) as Ports['uow']['run'] },
    payoutGateway: {
      ...real,
      transfer,
      findTransfer: inTurns('look-up', real.findTransfer),
      isOnboarded: inTurns('account', real.isOnboarded),
    },
  };
};

test('whoever sends at once, in any order, dying anywhere, for days: each artist is sent what was due, once', async () => {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), world, async (scheduler, { earned, actors }) => {
      const clock = steppingClock(NOW);
      const ports = memoryPorts({ clock });
      const core = createCore(ports);
      const artists = await Promise.all(earned.map(() => addArtist({ ports, published: async () => [] })));
      for (const [index, user] of artists.entries()) {
        await core.payout.startOnboarding(user.id);
        ports.payees.setOnboarded(`payee-${user.id}` as PayoutAccountId, true);
        await earnedBy({ ports }, user, earned[index]!);
      }
      const courses = actors.map(async ({ diesAt, resumesOnly, sleepsHours, idles }) => {
        const mortal = dying(interleaved(ports, scheduler), diesAt);
        const { payout } = createCore(mortal.ports);
        for (let turn = 0; turn < idles; turn += 1) await scheduler.schedule(Promise.resolve(), 'idle');
        clock.advance(sleepsHours * HOUR_MS);
        await (resumesOnly ? payout.resumeTransfers() : payout.transferEarnings()).catch((thrown: unknown) =>
          expect(thrown).toBe(mortal.death),
        );
      });
      await scheduler.waitFor(Promise.all(courses));
      await core.payout.transferEarnings();
      await core.payout.transferEarnings();

      const due = earned.filter((amount) => amount >= 25_000_000n).map((amount) => amount - (amount % CENT));
      expect(
        ports.payees
          .sent()
          .map(({ amount }) => amount.micros)
          .toSorted(),
      ).toEqual(due.toSorted());
      const accounts = artists.map(({ id }) => artistAccount('artist_available', id));
      const left = await commit(ports.uow, ({ ledger }) => ledger.balancesOf(accounts, USD));
      expect(accounts.map((account) => left.get(account))).toEqual(
        earned.map((amount) => (amount >= 25_000_000n ? amount % CENT : amount)),
      );
      expect(await ports.ledgerAudit.differences()).toEqual([]);
    }),
    { ...SEEDED, numRuns: 3_000, endOnFailure: true },
  );
});
