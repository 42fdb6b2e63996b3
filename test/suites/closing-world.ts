import { expect } from '@jest/globals';
import { createCore } from '@backline/core';
import type { User } from '@backline/core/accounts';
import type { Track } from '@backline/core/catalog';
import {
  DAY_MS,
  type Instant,
  MINUTE_MS,
  type Month,
  USD,
  after,
  before,
  micros,
  money,
  monthStart,
  shiftMonth,
} from '@backline/core/kernel';
import {
  type ArtistAccount,
  type Statement,
  artistAccount,
  parseStatement,
  verifyStatements,
} from '@backline/core/payout';
import type { PlayId } from '@backline/core/playback';
import { type InvoiceId, usualFee } from '@backline/core/subscriptions';
import { memoryPorts, steppingClock } from '@backline/memory';
import { type Harness, commit } from './harness.ts';
import { addUser, subscriptionOf, uuid } from './samples.ts';

/** The core on what the harness stores, on a clock of its own that begins near the end of a month. */
export const closingWorld = (harness: Harness, period: Month) => {
  const clock = steppingClock(before(monthStart(shiftMonth(period, 1)), DAY_MS));
  const ports = { ...memoryPorts({ clock }), ...harness.ports, clock };
  const core = createCore(ports);
  let plays = 0;

  const world = {
    clock,
    ports,
    core,
    set: (to: Instant): void => clock.advance(to - clock.now()),
    /** Who has paid $10.00 for each of so many months. */
    fan: async (months = 1): Promise<User> => {
      const user = await addUser(harness);
      const invoiceId = `in_${user.id}` as InvoiceId;
      const price = money(10_000_000n * BigInt(months), USD);
      const [serviceFrom, serviceUntil] = [monthStart(period), monthStart(shiftMonth(period, months))];
      await commit(harness.ports.uow, async ({ subscriptions, receipts }) => {
        const paid = [{ from: serviceFrom, until: serviceUntil }];
        await subscriptions.save(subscriptionOf(`sub_${user.id}`, user.id, { paid }));
        await receipts.save({
          invoiceId,
          userId: user.id,
          subscriptionId: null,
          paid: price,
          tax: micros(0n),
          fee: usualFee(price),
          refunded: micros(0n),
          disputed: micros(0n),
          lines: [{ amount: price.micros, serviceFrom, serviceUntil }],
          paidAt: serviceFrom,
        });
      });
      return user;
    },
    /** Ten a day, a minute apart, from the month's `from`th minute on; all of them payable. */
    listen: async (fan: User, track: Track, count: number, from = 0): Promise<void> => {
      const reports = Array.from({ length: count }, (_, index) => ({
        playId: uuid((plays += 1)) as PlayId,
        trackId: track.id,
        startedAt: after(monthStart(period), Math.floor(index / 10) * DAY_MS + (from + (index % 10)) * MINUTE_MS),
        msPlayed: 31_000,
      }));
      const outcomes = await core.playback.recordPlays(fan.id, reports);
      for (const outcome of outcomes) expect(outcome).toMatchObject({ outcome: 'accepted', verdict: 'payable' });
    },
    /** From a month's first day on, of which each accepts. */
    share: async (owner: User, track: Track, shares: readonly (readonly [User, number])[]): Promise<void> => {
      const set = await core.payout.setSplit(owner.id, {
        trackId: track.id,
        effectiveFrom: period,
        shares: shares.map(([{ id }, basisPoints]) => ({ userId: id, basisPoints })),
      });
      if (!set.ok) throw new Error(set.error.code);
      for (const [{ id }] of shares) await core.payout.acceptShare(id, set.value.version.id);
    },
    /** On the first day that it can be. */
    close: async (of = period): Promise<void> => {
      world.set(after(monthStart(shiftMonth(of, 1)), 9 * DAY_MS));
      expect(await core.payout.closePeriod(of)).toMatchObject({ ok: true, value: { now: true } });
    },
    /** What has waited becomes available. */
    release: async (): Promise<void> => {
      clock.advance(20 * DAY_MS + 1);
      await core.payout.releaseEarnings();
    },
    statementOf: async ({ id }: User, of = period): Promise<Statement> => {
      const parsed = parseStatement((await ports.statementReader.document(id, of)) ?? '');
      if (!parsed.ok) throw new Error(`${id}, ${of}: ${parsed.error.code}`);
      return parsed.value.statement;
    },
    balancesOf: async ({ id }: User, ...kinds: readonly ArtistAccount[]): Promise<readonly bigint[]> => {
      const names = kinds.map((kind) => artistAccount(kind, id));
      const balances = await commit(harness.ports.uow, ({ ledger }) => ledger.balancesOf(names, USD));
      return names.map((name) => balances.get(name) ?? 0n);
    },
    reserve: (): Promise<bigint> =>
      commit(harness.ports.uow, async ({ ledger }) => {
        return (await ledger.balancesOf(['royalty_reserve'], USD)).get('royalty_reserve') ?? 0n;
      }),
    expectSound: async (...artists: readonly User[]): Promise<void> => {
      expect(await ports.ledgerAudit.differences()).toEqual([]);
      const documents = await Promise.all(artists.map(({ id }) => ports.statementReader.documentsOf(id)));
      expect(verifyStatements(documents.flat(), ports.digests.sha256).problems).toEqual([]);
    },
  };
  return world;
};

export type ClosingWorld = ReturnType<typeof closingWorld>;
