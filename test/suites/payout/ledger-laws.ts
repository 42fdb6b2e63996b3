import { describe, expect, test } from '@jest/globals';
import type { UserId } from '@backline/core/accounts';
import { USD, after, instant, micros, money, month, shiftMonth } from '@backline/core/kernel';
import {
  type ArtistAccount,
  type EarnedReceipt,
  artistAccount,
  balancesOf,
  normalSide,
  refusesOverdraft,
} from '@backline/core/payout';
import type { InvoiceId } from '@backline/core/subscriptions';
import fc from 'fast-check';
import { type Books, plainBooks } from '../../arbitraries/books.ts';
import { fundByTheText, oneByOne } from '../../arbitraries/close-oracle.ts';
import { basisPoints } from '../../arbitraries/month-case.ts';
import { receipt as receiptOf } from '../../arbitraries/receipt.ts';
import {
  WORLD_ARTISTS,
  WORLD_FANS,
  WORLD_TRACKS,
  type World,
  payoutWorld,
  unearned,
} from '../../arbitraries/payout-world.ts';
import { SEEDED } from '../../arbitraries/seed.ts';
import { sha256 } from '../../arbitraries/statement-chain.ts';
import type { PayoutRules } from './rules.ts';

type Model = { readonly seen: Set<string> };
type Command = fc.AsyncCommand<Model, World>;

/** A database takes its time. */
const TIMEOUT_MS = 600_000;

const anyReceipt = receiptOf(fc.constant(WORLD_FANS[0]!));

const MONTHS = Array.from({ length: 48 }, (_, index) => shiftMonth(month('2025-01'), index));

const sum = (amounts: Iterable<bigint>): bigint => [...amounts].reduce((a, b) => a + b, 0n);

/** A step that can always be taken; where there is nothing to do it does nothing. */
const step = (name: string, run: (world: World) => void | Promise<void>): Command => ({
  check: () => true,
  run: async (model, world) => {
    const before = world.state.posted.length;
    await run(world);
    if (world.state.posted.length > before) model.seen.add(name.split(' ')[0]!);
    await expectOrder(world);
  },
  toString: () => name,
});

const receipt = fc
  .record({
    fan: fc.constantFrom(...WORLD_FANS),
    number: fc.nat(),
    untaxed: fc.oneof(fc.bigInt({ min: 0n, max: 900n }), fc.bigInt({ min: 0n, max: 60_000_000n })),
    feePerMille: fc.constantFrom(0n, 29n),
    taxPercent: fc.constantFrom(0n, 19n),
    daysAgo: fc.integer({ min: -5, max: 40 }),
    lastingDays: fc.constantFrom(0, 30, 31, 365),
  })
  .map((it) => (world: World): EarnedReceipt => {
    const tax = (it.untaxed * it.taxPercent) / 100n;
    const paid = it.untaxed + tax;
    const serviceFrom = instant(world.state.now - it.daysAgo * 86_400_000);
    return {
      invoiceId: `in_${it.number}_${world.state.receipts.length}` as InvoiceId,
      userId: it.fan,
      paid: money(paid, USD),
      tax: micros(tax),
      fee: micros((paid * it.feePerMille) / 1_000n),
      refunded: micros(0n),
      disputed: micros(0n),
      lines: [
        { amount: micros(it.untaxed), serviceFrom, serviceUntil: after(serviceFrom, it.lastingDays * 86_400_000) },
      ],
    };
  });

const plays = fc.record({
  listenerId: fc.constantFrom(...WORLD_FANS),
  trackId: fc.constantFrom(...WORLD_TRACKS.map(({ trackId }) => trackId)),
  plays: fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 100, max: 4_000 })),
});

const percent = fc.constantFrom(0n, 1n, 33n, 100n);

/** For long enough that it brings something to any month of a run. */
const WELL_PAID = {
  paid: money(900_000_000n, USD),
  tax: micros(0n),
  lines: [
    {
      amount: micros(900_000_000n),
      serviceFrom: instant(Date.UTC(2026, 9, 1)),
      serviceUntil: instant(Date.UTC(2027, 9, 1)),
    },
  ],
};

const commands: readonly fc.Arbitrary<Command>[] = [
  receipt.map((make) => step('pay', (world) => world.pay(make(world)))),
  fc
    .tuple(plays, fc.integer({ min: 0, max: 2 }))
    .map(([row, ago]) => step(`play ${row.plays}`, (world) => world.play(row, ago))),
  fc.tuple(plays, fc.constant(0)).map(([row, ago]) => step(`play ${row.plays}`, (world) => world.play(row, ago))),
  fc
    .tuple(fc.nat(), percent, fc.boolean())
    .map(([pick, of, disputed]) =>
      step(`take-back ${of} %`, (world) =>
        world.state.receipts.length === 0 ? undefined : world.takeBack(pick, of, disputed),
      ),
    ),
  fc.constant(step('close', (world) => world.close())),
  fc.constant(step('close', (world) => world.close())),
  fc.tuple(receipt, plays, fc.constantFrom(0n, 30n)).map(([make, row, withheld]) =>
    step('month', async (world) => {
      await world.pay({ ...make(world), ...WELL_PAID });
      world.play({ ...row, plays: 4_000 }, 0);
      await world.close();
      world.wait(20);
      await world.release();
      await world.send(WORLD_TRACKS.find(({ trackId }) => trackId === row.trackId)!.artistId, withheld);
    }),
  ),
  fc.constant(step('accept', (world) => world.accept())),
  fc.integer({ min: 1, max: 30 }).map((days) => step(`wait ${days}`, (world) => world.wait(days))),
  fc.constant(step('release', (world) => world.wait(20))),
  fc.constant(step('release', (world) => world.release())),
  fc.constant(step('release', (world) => world.release())),
  fc
    .tuple(fc.constantFrom(...WORLD_ARTISTS), fc.constantFrom(0n, 0n, 30n))
    .map(([artist, of]) => step('send', (world) => world.send(artist, of))),
  fc.nat().map((pick) => step('settle', (world) => world.settle(pick))),
  fc.nat().map((pick) => step('settle', (world) => world.settle(pick))),
  fc.nat().map((pick) => step('give-back', (world) => world.giveBack(pick))),
  fc
    .tuple(fc.nat(), fc.integer({ min: 1, max: 100 }))
    .map(([pick, of]) => step(`fraud ${of} %`, (world) => world.findFraud(pick, of))),
];

/** All that holds at any moment. */
const expectOrder = async (world: World): Promise<void> => {
  const { state, rules, books } = world;
  const balances = await books.balances();
  const of = (account: Parameters<typeof normalSide>[0]): bigint => balances.get(account) ?? 0n;
  const total = (side: 'debit' | 'credit') =>
    sum([...balances].filter(([account]) => normalSide(account) === side).map(([, amount]) => amount));

  expect(total('debit')).toBe(total('credit'));
  for (const [account, amount] of balances)
    if (refusesOverdraft(account)) expect([account, amount >= 0n]).toEqual([account, true]);
  for (const [account, amount] of balances)
    if (account.startsWith('royalty_pool')) expect([account, amount]).toEqual([account, 0n]);
  expect(of('deferred_revenue')).toBe(unearned(state.receipts, rules, state.open));
  expect(of('stripe_balance')).toBe(
    cashIn(world) - sum(state.transfers.filter((it) => it.state === 'settled').map(({ net }) => net)),
  );
  expect(of('tax_withheld')).toBe(
    sum(state.transfers.filter((it) => it.state !== 'returned').map(({ withheld }) => withheld)),
  );

  const ever = earnedEver(world);
  for (const artistId of WORLD_ARTISTS) {
    const account = (kind: ArtistAccount): bigint => of(artistAccount(kind, artistId));
    const sent = state.transfers.filter((it) => it.artistId === artistId && it.state !== 'returned');
    expect(account('payout_in_transit')).toBe(
      sum(sent.filter((it) => it.state === 'in-transit').map(({ net }) => net)),
    );
    expect(account('artist_deferred')).toBe(
      sum(state.debts.filter(({ userId }) => userId === artistId).map(({ amount }) => amount)),
    );
    const has = account('artist_pending') + account('artist_available') - account('artist_receivable');
    expect(has + account('artist_deferred') + sum(sent.map(({ net, withheld }) => net + withheld))).toBe(
      ever.get(artistId) ?? 0n,
    );
  }
};

/** What artists have earned with all that was ever closed, as if the plays found to be fraud had never been. */
const earnedEver = ({ state }: World): ReadonlyMap<UserId, bigint> => {
  const earned = new Map<UserId, bigint>();
  for (const together of Map.groupBy(
    state.earnings,
    (it) => `${it.period} ${it.trackId} ${it.splitVersion}`,
  ).values()) {
    const { trackId, splitVersion } = together[0]!;
    const { artistId } = WORLD_TRACKS.find((track) => track.trackId === trackId)!;
    const agreed = state.splits.find(({ id }) => id === splitVersion)?.shares ?? [
      { userId: artistId, basisPoints: 10_000 },
    ];
    const shares = agreed.toSorted((a, b) => a.userId - b.userId);
    const amount = sum(together.map((it) => it.perPlay * BigInt(it.plays)));
    oneByOne(
      amount,
      shares.map(({ basisPoints }) => BigInt(basisPoints)),
    ).forEach((part, index) => {
      const { userId } = shares[index]!;
      earned.set(userId, (earned.get(userId) ?? 0n) + part);
    });
  }
  return earned;
};

const cashIn = ({ state }: World): bigint =>
  sum(
    state.receipts.map(({ paid, fee, refunded, disputed }) => {
      const back = refunded + disputed;
      return paid.micros - fee - (back < paid.micros ? back : paid.micros);
    }),
  );

/** What the statements say artists have, at the moment of the last close and since. */
const expectStatements = ({ state, rules }: World): void => {
  const documents = [...state.statements.values()].flat().map(({ document }) => document);
  expect(rules.verifyStatements(documents, sha256).problems).toEqual([]);
  for (const [artistId, statements] of state.statements) {
    const { balance, deferred } = statements.at(-1)!.statement;
    const earned = earnedEver({ state } as World).get(artistId) ?? 0n;
    const since = state.adjustments.get(artistId) ?? [];
    const adjusted = sum(since.map((it) => it.balance + it.deferred));
    const told = sum(
      statements.flatMap(({ statement }) =>
        statement.transfers.map((it) => (it.state === 'sent' ? 1n : -1n) * (it.net + it.withheld)),
      ),
    );
    expect(balance.closing + deferred.closing + told + adjusted).toBe(earned);
  }
};

/** The ledger after whatever happens; `openBooks` may be a database. */
export const ledgerLaws = (
  rules: PayoutRules,
  openBooks: () => Promise<Books> = async () => plainBooks(),
  numRuns = 100,
): void => {
  describe('the ledger', () => {
    test(
      'balances, owes each artist exactly what they earned, and overdraws nothing, whatever happens',
      async () => {
        const seen = new Map<string, number>();
        await fc.assert(
          fc.asyncProperty(
            fc.commands([...commands], { maxCommands: 40, size: '+1' }),
            fc.constantFrom(3n, 4_000n, 9_000n),
            async (them, reference) => {
              const model: Model = { seen: new Set() };
              const real = await payoutWorld(rules, await openBooks(), reference);
              await fc.asyncModelRun(() => ({ model, real }), them);
              expectStatements(real);
              for (const kind of model.seen) seen.set(kind, (seen.get(kind) ?? 0) + 1);
            },
          ),
          { ...SEEDED, numRuns },
        );
        for (const kind of ['pay', 'take-back', 'close', 'month', 'release', 'settle', 'give-back', 'fraud'])
          expect([kind, (seen.get(kind) ?? 0) / numRuns >= 0.1]).toEqual([kind, true]);
      },
      TIMEOUT_MS,
    );

    test('has the reserve bear what closed months turn out to have had too much, then the platform', () => {
      const changed = fc.record({
        before: fc.array(anyReceipt, { maxLength: 2 }),
        after: fc.array(anyReceipt, { maxLength: 2 }),
        reserve: fc.oneof(fc.constant(0n), fc.bigInt({ min: 0n, max: 9_000_000n })),
        closedBefore: fc.constantFrom('2025-01', '2026-06', '2027-01', '2030-01'),
      });
      fc.assert(
        fc.property(changed, ({ before, after: is, reserve, closedBefore }) => {
          const posted = rules.receiptsChanged(
            { period: month('2026-11'), sourceType: 'receipt', sourceId: 'in_1', kind: 'changed' },
            {
              before,
              after: is,
              isClosed: (of) => of < closedBefore,
              reserve: micros(reserve),
              currency: USD,
              policy: rules.policy,
            },
          );
          const balances = balancesOf(posted === null ? [] : [posted]);
          const funds = (them: readonly EarnedReceipt[]): bigint =>
            sum(MONTHS.filter((of) => of < closedBefore).map((of) => fundByTheText(them, of, rules.policy)));
          const gained = funds(is) - funds(before);
          const byReserve = gained < -reserve ? -reserve : gained;
          expect(balances.get('royalty_reserve') ?? 0n).toBe(byReserve);
          expect(balances.get('chargeback_loss') ?? 0n).toBe(byReserve - gained);
        }),
        { ...SEEDED, numRuns: 300 },
      );
    });

    test('takes back for a fraud exactly what the split gave for it', () => {
      const found = fc.record({
        counted: fc.bigInt({ min: 0n, max: 900_000n }),
        percent: fc.integer({ min: 0, max: 100 }),
        points: basisPoints,
      });
      fc.assert(
        fc.property(found, ({ counted, percent: of, points }) => {
          const shares = points.map((each, index) => ({
            userId: (9 - index) as UserId,
            basisPoints: each,
            acceptedAt: null,
          }));
          const fraudulent = (counted * BigInt(of)) / 100n;
          const weights = points.toReversed().map(BigInt);
          const without = oneByOne(counted - fraudulent, weights);
          const expected = oneByOne(counted, weights).map((amount, index) => amount - without[index]!);
          const lost = rules.clawBack(money(counted, USD), money(fraudulent, USD), shares);
          expect(lost.map(({ amount }) => amount.micros)).toEqual(expected);
          expect(lost.map(({ userId }) => userId)).toEqual(shares.map(({ userId }) => userId).toReversed());
        }),
        { ...SEEDED, numRuns: 300 },
      );
    });

    test(
      'takes nothing from artists when a fan is paid back after the close',
      async () => {
        await fc.assert(
          fc.asyncProperty(receipt, plays, percent, fc.boolean(), async (make, row, of, disputed) => {
            const world = await payoutWorld(rules, await openBooks(), 4_000n);
            await world.pay(make(world));
            world.play(row, 0);
            await world.close();
            const mine = async () =>
              [...(await world.books.balances())].filter(([account]) => /^(artist|payout)_/.test(account));
            const before = await mine();
            await world.takeBack(0, of, disputed);
            expect(await mine()).toEqual(before);
            await expectOrder(world);
          }),
          { ...SEEDED, numRuns: Math.min(numRuns, 100) },
        );
      },
      TIMEOUT_MS,
    );
  });
};
