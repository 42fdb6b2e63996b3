import { expect, test } from '@jest/globals';
import { createCore } from '@backline/core';
import { DAY_MS, type Month, USD, after, money, month, monthStart, shiftMonth } from '@backline/core/kernel';
import { type IssuedStatement, type KeptClose, type PostedTransaction, parseStatement } from '@backline/core/payout';
import { type InvoiceId, usualFee } from '@backline/core/subscriptions';
import { memoryPorts } from '@backline/memory';
import { closingWorld } from '../../suites/closing-world.ts';
import { commit } from '../../suites/harness.ts';
import { addArtist, addTrack } from '../../suites/samples.ts';

const OCTOBER = month('2026-10');
const NOVEMBER = month('2026-11');
/** By the fan, for two months. */
const PAID = money(20_000_000n, USD);
const PER_PLAY = 8_000n;

/** As `save`, and what it is given is seen too. */
const seenBy =
  <T>(seen: T[], save: (it: T) => Promise<void>) =>
  (it: T): Promise<void> => {
    seen.push(it);
    return save(it);
  };

/** A fan hears a song of Ben's, two that he shares with Ada, and two of hers, more than they pay for; in October alone. */
const setUp = async () => {
  const memory = memoryPorts();
  const world = closingWorld({ ports: memory, published: async () => [] }, OCTOBER);
  const harness = { ports: memory, published: async () => [] };
  const [ada, ben, fan] = [await addArtist(harness), await addArtist(harness), await world.fan(2)];
  for (const [hour, [owner, isShared]] of [
    [ben, false] as const,
    [ben, true] as const,
    [ben, true] as const,
    [ada, false] as const,
    [ada, false] as const,
  ].entries()) {
    const track = await addTrack(harness, owner);
    const shares = [
      [ada, 5_000],
      [ben, 5_000],
    ] as const;
    if (isShared) await world.share(owner, track, shares);
    await world.listen(fan, track, 290, hour * 60);
  }

  const kept: KeptClose[] = [];
  const issued: (readonly IssuedStatement[])[] = [];
  const { longUow } = world.ports;
  /** All that is kept is kept here too. */
  const close = async (of: Month): Promise<void> => {
    world.set(after(monthStart(shiftMonth(of, 1)), 9 * DAY_MS));
    const watched: typeof longUow = {
      run: (work) =>
        longUow.run((stores) =>
          work({
            ...stores,
            closes: { ...stores.closes, save: seenBy(kept, stores.closes.save) },
            statements: { ...stores.statements, save: seenBy(issued, stores.statements.save) },
          }),
        ),
    };
    const core = createCore({ ...world.ports, longUow: watched });
    expect(await core.payout.closePeriod(of)).toMatchObject({ ok: true, value: { now: true } });
  };
  const postedAs = (period: Month, kind: string): Promise<PostedTransaction | null> =>
    commit(memory.uow, ({ ledger }) => ledger.findEvent({ sourceType: 'period-close', sourceId: period, kind }));
  return { world, memory, ada, ben, fan, close, kept, issued, postedAs };
};

test('a close keeps what it owes and pays with the transaction that booked it, and whose funds are whose', async () => {
  const { memory, ada, ben, fan, close, kept, issued, postedAs } = await setUp();
  await close(OCTOBER);
  await close(NOVEMBER);
  const [first, second] = kept as [KeptClose, KeptClose];

  const funds = [...first.funds, ...second.funds];
  const of = { invoiceId: `in_${fan.id}`, currency: USD };
  expect(funds).toMatchObject([of, of]);
  expect(funds.reduce((sum, { gross }) => sum + gross, 0n)).toBe(PAID.micros);
  expect(funds.reduce((sum, { net }) => sum + net, 0n)).toBe(PAID.micros - usualFee(PAID));

  const nominal = 5n * 290n * PER_PLAY;
  const owed = first.debts.reduce((sum, { amount }) => sum + amount.micros, 0n);
  const deferred = await postedAs(OCTOBER, 'deferred');
  expect(first.debts.map(({ by }) => by)).toEqual(first.debts.map(() => deferred!.id));
  const funded = first.earned.reduce((sum, { amount }) => sum + amount.micros, 0n);
  expect(funded + owed).toBe(nominal);
  expect(owed).toBeGreaterThan(0n);

  const paid = await postedAs(NOVEMBER, 'deferred-paid');
  expect(second.debts).toEqual(
    first.debts.map((debt) => ({ ...debt, by: paid!.id, amount: { ...debt.amount, micros: -debt.amount.micros } })),
  );
  for (const [period, { earned }] of [[OCTOBER, first] as const, [NOVEMBER, second] as const]) {
    expect(earned.every((funds) => funds.period === period && funds.amount.micros > 0n)).toBe(true);
    const [one, other] = [...new Set(earned.map(({ splitVersion }) => splitVersion))].filter((id) => id !== null);
    const whose = earned.map(({ userId, splitVersion }) => `${userId} ${splitVersion}`);
    const each = [ada.id, ben.id].flatMap((id) => [`${id} null`, `${id} ${one}`, `${id} ${other}`]);
    expect(whose.toSorted()).toEqual(each.toSorted());
  }
  expect(second.earned.reduce((sum, { amount }) => sum + amount.micros, 0n)).toBe(owed);
  for (const statements of issued)
    expect(statements.map(({ statement }) => statement.artistId)).toEqual([ada.id, ben.id]);
  expect(memory.published().filter(({ type }) => type === 'payout.period_closed')).toEqual([
    { type: 'payout.period_closed', period: OCTOBER, occurredAt: Date.parse('2026-11-10T00:00:00Z') },
    { type: 'payout.period_closed', period: NOVEMBER, occurredAt: Date.parse('2026-12-10T00:00:00Z') },
  ]);
});

test('a month without money or plays keeps nothing of anybody', async () => {
  const { close, kept, issued } = await setUp();
  for (const period of [OCTOBER, NOVEMBER, month('2026-12'), month('2027-01')]) await close(period);
  expect(kept.slice(2).map(({ debts, earned, funds }) => [debts, earned, funds])).toEqual([
    [[], [], []],
    [[], [], []],
  ]);
  expect(issued.slice(2)).toEqual([[], []]);
  expect(issued.flat().every(({ document }) => parseStatement(document).ok)).toBe(true);
});

test('whose plays nobody has paid for have nothing yet, and are owed it', async () => {
  const { memory, fan, close, kept } = await setUp();
  await commit(memory.uow, async ({ receipts }) => {
    const receipt = (await receipts.find(`in_${fan.id}` as InvoiceId))!;
    await receipts.save({ ...receipt, refunded: receipt.paid.micros });
  });
  await close(OCTOBER);
  const [{ earned, debts }] = kept as [KeptClose];
  expect(earned).toEqual([]);
  expect(debts.reduce((sum, { amount }) => sum + amount.micros, 0n)).toBe(5n * 290n * PER_PLAY);
});
