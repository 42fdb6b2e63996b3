import { beforeEach, describe, expect, test } from '@jest/globals';
import { type Core, type Ports, createCore } from '@backline/core';
import type { User } from '@backline/core/accounts';
import { DAY_MS, USD, err, micros, money, ok } from '@backline/core/kernel';
import { type PayoutAccountId, artistAccount, groupOf, transferIn } from '@backline/core/payout';
import { type MemoryPayees, type MemoryPorts, type SteppingClock, memoryPorts, steppingClock } from '@backline/memory';
import { valueOf } from '../core/platform.ts';
import { dying } from '../support/dying.ts';
import { type OpenHarness, commit, eachTest } from './harness.ts';
import { earnedBy } from './ledger-samples.ts';
import { NOW, addArtist } from './samples.ts';

const NONE = { settled: 0, failed: 0, waiting: 0, notOnboarded: 0, short: false };
const EARNED = 31_239_999n;
/** EARNED in whole cents. */
const SENT = 31_230_000n;
const THRESHOLD = 25_000_000n;

/** How earnings are sent, whatever stores it. */
export const transferEarningsSuite = (adapter: string, open: OpenHarness): void => {
  describe(`transferEarnings on ${adapter}`, () => {
    const harness = eachTest(open);
    let clock: SteppingClock;
    let payees: MemoryPayees;
    let ports: MemoryPorts;
    let core: Core;

    beforeEach(() => {
      clock = steppingClock(NOW);
      const memory = memoryPorts({ clock });
      ({ payees } = memory);
      ports = { ...memory, ...harness().ports, clock, payees, payoutGateway: payees.payoutGateway };
      core = createCore(ports);
    });

    const artist = (): Promise<User> => addArtist(harness());
    const accountOf = async ({ id }: User): Promise<PayoutAccountId> => {
      valueOf(await core.payout.startOnboarding(id));
      return `payee-${id}` as PayoutAccountId;
    };
    const onboardedArtist = async (earned: bigint): Promise<User> => {
      const user = await artist();
      payees.setOnboarded(await accountOf(user), true);
      await earnedBy(harness(), user, earned);
      return user;
    };
    const balancesOf = async ({ id }: User): Promise<readonly bigint[]> => {
      const accounts = (['artist_available', 'payout_in_transit'] as const).map((kind) => artistAccount(kind, id));
      const balances = await commit(ports.uow, ({ ledger }) => ledger.balancesOf(accounts, USD));
      return accounts.map((account) => balances.get(account) ?? 0n);
    };
    const amountsSent = () => payees.sent().map(({ amount }) => amount.micros);

    const outcomes = async () =>
      (await harness().published())
        .filter((event) => event.type === 'payout.transfer_ended')
        .map(({ transferId, artistId, outcome, occurredAt }) => ({ transferId, artistId, outcome, occurredAt }));
    const bookedSteps = async (sourceId: string): Promise<readonly string[]> => {
      const steps = ['begun', 'settled', 'failed', 'reversed', ''];
      const found = await commit(ports.uow, ({ ledger }) =>
        Promise.all(steps.map((kind) => ledger.findEvent({ sourceType: 'transfer', sourceId, kind }))),
      );
      return steps.filter((_, index) => found[index] !== null);
    };
    const expectSound = async (): Promise<void> => expect(await ports.ledgerAudit.differences()).toEqual([]);

    test('sends what is available in whole cents; the rest stays for the next time', async () => {
      const ada = await onboardedArtist(EARNED);
      expect(await core.payout.transferEarnings()).toEqual({ ...NONE, settled: 1 });
      expect(amountsSent()).toEqual([SENT]);
      expect(await balancesOf(ada)).toEqual([EARNED - SENT, 0n]);
      expect(await core.payout.transferEarnings()).toEqual(NONE);
      const { paid, balance, earned } = await core.payout.earningsOf(ada.id);
      expect([paid.micros, balance.micros, earned.micros]).toEqual([SENT, EARNED - SENT, EARNED]);
      await expectSound();
    });

    test('waits below the threshold, and for who is not onboarded', async () => {
      await onboardedArtist(THRESHOLD - 1n);
      const [begun, never] = [await artist(), await artist()];
      await accountOf(begun);
      for (const user of [begun, never]) await earnedBy(harness(), user, EARNED);
      expect(await core.payout.transferEarnings()).toEqual({ ...NONE, notOnboarded: 2 });
      expect(amountsSent()).toEqual([]);
      payees.setOnboarded(`payee-${begun.id}` as PayoutAccountId, true);
      expect(await core.payout.transferEarnings()).toEqual({ ...NONE, settled: 1, notOnboarded: 1 });
      await expectSound();
    });

    test('goes on where the provider is back, and sends once', async () => {
      const [ada, ben] = [await onboardedArtist(EARNED), await onboardedArtist(EARNED)];
      const away = createCore({
        ...ports,
        payoutGateway: {
          ...ports.payoutGateway,
          transfer: async () => err({ code: 'payments_away', retryAfterMs: 0 }),
        },
      });
      expect(await away.payout.transferEarnings()).toEqual({ ...NONE, waiting: 1 });
      expect(await balancesOf(ada)).toEqual([EARNED - SENT, SENT]);
      expect(await balancesOf(ben)).toEqual([EARNED, 0n]);
      await expectSound();
      expect(await core.payout.resumeTransfers()).toEqual({ ...NONE, settled: 1 });
      expect(await core.payout.transferEarnings()).toEqual({ ...NONE, settled: 1 });
      expect(amountsSent()).toEqual([SENT, SENT]);
      await expectSound();
    });

    test('what is refused is available again, and sent another time under another key', async () => {
      const ada = await onboardedArtist(EARNED);
      payees.refuse('refused');
      expect(await core.payout.transferEarnings()).toEqual({ ...NONE, failed: 1 });
      expect(await balancesOf(ada)).toEqual([EARNED, 0n]);
      await expectSound();
      payees.refuse(null);
      expect(await core.payout.transferEarnings()).toEqual({ ...NONE, settled: 1 });
      expect(amountsSent()).toEqual([SENT]);
      await expectSound();
    });

    test('begins nothing more once the platform has too little at the provider', async () => {
      const [ada, ben] = [await onboardedArtist(EARNED), await onboardedArtist(EARNED)];
      payees.refuse('funds-short');
      expect(await core.payout.transferEarnings()).toEqual({ ...NONE, failed: 1, short: true });
      expect([await balancesOf(ada), await balancesOf(ben)]).toEqual([
        [EARNED, 0n],
        [EARNED, 0n],
      ]);
    });

    test('asks again whether an artist can be paid whom the provider refused', async () => {
      const ada = await onboardedArtist(EARNED);
      payees.setOnboarded(`payee-${ada.id}` as PayoutAccountId, true);
      await core.payout.followPayee({ kind: 'payout-account', id: `payee-${ada.id}` });
      payees.setOnboarded(`payee-${ada.id}` as PayoutAccountId, false);
      expect(await core.payout.transferEarnings()).toEqual({ ...NONE, failed: 1 });
      expect(await core.payout.transferEarnings()).toEqual({ ...NONE, notOnboarded: 1 });
      expect(await balancesOf(ada)).toEqual([EARNED, 0n]);
    });

    test('what came back is available again; hearing it twice is once', async () => {
      const ada = await onboardedArtist(EARNED);
      await core.payout.transferEarnings();
      const { id } = payees.sent()[0]!;
      expect(await core.payout.followPayee({ kind: 'transfer', id })).toEqual(ok(null));
      expect(await balancesOf(ada)).toEqual([EARNED - SENT, 0n]);
      payees.reverse(id);
      for (let times = 0; times < 2; times += 1)
        expect(await core.payout.followPayee({ kind: 'transfer', id })).toEqual(ok(null));
      expect(await balancesOf(ada)).toEqual([EARNED, 0n]);
      expect((await core.payout.earningsOf(ada.id)).paid.micros).toBe(0n);
      await expectSound();
    });

    test('each step is booked under its name, and each end is told once', async () => {
      const ada = await onboardedArtist(EARNED);
      await core.payout.transferEarnings();
      const { id, transferGroup } = payees.sent()[0]!;
      const transferId = transferIn(transferGroup!)!;
      const settled = { transferId, artistId: ada.id, outcome: 'settled', occurredAt: clock.now() };
      expect([await bookedSteps(transferId), await outcomes()]).toEqual([['begun', 'settled'], [settled]]);
      payees.reverse(id);
      clock.advance(DAY_MS);
      for (let times = 0; times < 2; times += 1) await core.payout.followPayee({ kind: 'transfer', id });
      const reversed = { ...settled, outcome: 'reversed', occurredAt: clock.now() };
      expect(await bookedSteps(transferId)).toEqual(['begun', 'settled', 'reversed']);
      expect((await outcomes()).toSorted((a, b) => a.occurredAt - b.occurredAt)).toEqual([settled, reversed]);
    });

    test('and so is its refusal', async () => {
      const ada = await onboardedArtist(EARNED);
      payees.refuse('refused');
      await core.payout.transferEarnings();
      const [failed] = await outcomes();
      expect(failed).toMatchObject({ artistId: ada.id, outcome: 'failed', occurredAt: clock.now() });
      expect(await bookedSteps(failed!.transferId)).toEqual(['begun', 'failed']);
    });

    test('who says to have refused what they told us that they took has taken it', async () => {
      const ada = await onboardedArtist(EARNED);
      const { transfer } = ports.payoutGateway;
      const forgetful = createCore({
        ...ports,
        payoutGateway: {
          ...ports.payoutGateway,
          transfer: async (order) => {
            const sent = valueOf(await transfer(order));
            await core.payout.followPayee({ kind: 'transfer', id: sent.id });
            return err({ code: 'transfer_refused', reason: 'refused' });
          },
        },
      });
      await forgetful.payout.transferEarnings();
      expect(await balancesOf(ada)).toEqual([EARNED - SENT, 0n]);
      expect((await outcomes()).map(({ outcome }) => outcome)).toEqual(['settled']);
      await expectSound();
    });

    test('what others sent from the same account is none of ours', async () => {
      const ada = await onboardedArtist(EARNED);
      for (const transferGroup of ['order-7', groupOf('0198c0de-0000-7000-8000-00000000000a' as never)]) {
        const net = money(10_000n, USD);
        const destination = `payee-${ada.id}` as PayoutAccountId;
        const order = { destination, net, transferGroup, idempotencyKey: transferGroup };
        const { id } = valueOf(await ports.payoutGateway.transfer(order));
        expect(await core.payout.followPayee({ kind: 'transfer', id })).toEqual(ok(null));
      }
      expect(await core.payout.followPayee({ kind: 'transfer', id: 'never' })).toEqual(ok(null));
      expect([await balancesOf(ada), await outcomes()]).toEqual([[EARNED, 0n], []]);
    });

    test('withholds what the rule says, and settles what is all withheld without the provider', async () => {
      const withheld = 3_123_500n;
      const some = { assess: async () => ({ withheld: micros(withheld), ruleId: 'ten percent' }) };
      const all = {
        assess: async (_: unknown, gross: { micros: bigint }) => ({ withheld: micros(gross.micros), ruleId: 'all' }),
      };
      const ada = await onboardedArtist(EARNED);
      expect(await createCore({ ...ports, withholding: some }).payout.transferEarnings()).toEqual({
        ...NONE,
        settled: 1,
      });
      const net = SENT - withheld - ((SENT - withheld) % 10_000n);
      expect(amountsSent()).toEqual([net]);
      expect(await balancesOf(ada)).toEqual([EARNED - net - withheld, 0n]);
      const ben = await onboardedArtist(EARNED);
      expect(await createCore({ ...ports, withholding: all }).payout.transferEarnings()).toEqual({
        ...NONE,
        settled: 1,
      });
      expect(amountsSent()).toHaveLength(1);
      expect(await balancesOf(ben)).toEqual([EARNED - SENT, 0n]);
      await expectSound();
    });

    test('ten at once send once to each', async () => {
      const artists = [await onboardedArtist(EARNED), await onboardedArtist(EARNED), await onboardedArtist(EARNED)];
      await Promise.all(Array.from({ length: 10 }, () => core.payout.transferEarnings()));
      await core.payout.transferEarnings();
      expect(amountsSent()).toEqual([SENT, SENT, SENT]);
      for (const each of artists) expect(await balancesOf(each)).toEqual([EARNED - SENT, 0n]);
      await expectSound();
    });

    test.each([
      ['at once', 0],
      ['when the provider has forgotten the key', 2 * DAY_MS],
    ])('killed before or after any step and gone on with %s, it has sent once', async (_name, pauseMs) => {
      let steps = 0;
      for (let alive = true; alive; steps += 1) {
        const earner = await onboardedArtist(EARNED);
        const before = amountsSent().length;
        const mortal = dying(ports, steps);
        await createCore(mortal.ports as Ports)
          .payout.transferEarnings()
          .catch((thrown: unknown) => expect(thrown).toBe(mortal.death));
        alive = mortal.died();
        clock.advance(pauseMs);
        await core.payout.transferEarnings();
        await core.payout.transferEarnings();
        expect({ steps, sent: amountsSent().slice(before) }).toEqual({ steps, sent: [SENT] });
        expect(await balancesOf(earner)).toEqual([EARNED - SENT, 0n]);
      }
      expect(steps).toBeGreaterThan(14);
      await expectSound();
    });
  });
};
