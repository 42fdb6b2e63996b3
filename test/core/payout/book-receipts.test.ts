import { beforeEach, expect, test } from '@jest/globals';
import type { User } from '@backline/core/accounts';
import { type Currency, USD, currency, micros, money, month } from '@backline/core/kernel';
import { type AccountName, bookAllReceipts, credit, debit } from '@backline/core/payout';
import { type InvoiceId, usualFee } from '@backline/core/subscriptions';
import { type MemoryPorts, memoryPorts } from '@backline/memory';
import { type ClosingWorld, closingWorld } from '../../suites/closing-world.ts';
import { commit } from '../../suites/harness.ts';
import { openMonth, requestOf } from '../../suites/ledger-samples.ts';

const EUR = currency('EUR');
const OCTOBER = month('2026-10');
const PAID = 10_000_000n;
const FEE = usualFee(money(PAID, USD));
/** R7: 70 % of what is left of it. */
const FUND = 6_587_000n;

let memory: MemoryPorts;
let world: ClosingWorld;

beforeEach(() => {
  memory = memoryPorts();
  world = closingWorld({ ports: memory, published: async () => [] }, OCTOBER);
});

const balances = async (of: Currency, ...accounts: readonly AccountName[]): Promise<readonly bigint[]> => {
  const found = await commit(memory.uow, ({ ledger }) => ledger.balancesOf(accounts, of));
  return accounts.map((account) => found.get(account) ?? 0n);
};
const change = ({ id }: User, changes: { readonly refunded?: bigint; readonly as?: Currency }): Promise<void> =>
  commit(memory.uow, async ({ receipts }) => {
    const receipt = (await receipts.find(`in_${id}` as InvoiceId))!;
    const { as, refunded = receipt.refunded } = changes;
    await receipts.save({
      ...receipt,
      refunded: micros(refunded),
      ...(as && { invoiceId: `in_${id}_${as}` as InvoiceId, paid: money(receipt.paid.micros, as) }),
    });
  });
const bookedAs = async (sourceId: string): Promise<boolean> =>
  (await commit(memory.uow, ({ ledger }) => ledger.findEvent({ sourceType: 'receipt', sourceId, kind: 'changed' }))) !==
  null;

test('what fans paid is booked once, for all of them', async () => {
  for (let fans = 0; fans < 101; fans += 1) await world.fan();
  expect(await bookAllReceipts(world.ports)()).toBe(101);
  expect(await bookAllReceipts(world.ports)()).toBe(0);
  expect(await balances(USD, 'stripe_balance', 'stripe_fees', 'deferred_revenue')).toEqual([
    101n * (PAID - FEE),
    101n * FEE,
    101n * PAID,
  ]);
});

test('currencies are booked apart, each change under a name of its own', async () => {
  const fan = await world.fan();
  await change(fan, { as: EUR });
  await world.core.payout.bookReceipts(fan.id);
  expect(await balances(USD, 'deferred_revenue')).toEqual([PAID]);
  expect(await balances(EUR, 'deferred_revenue')).toEqual([PAID]);
  await change(fan, { refunded: PAID });
  await world.core.payout.bookReceipts(fan.id);
  expect(await balances(USD, 'deferred_revenue')).toEqual([0n]);
  expect(await balances(EUR, 'deferred_revenue')).toEqual([PAID]);
  const names = [`${fan.id}:1:USD`, `${fan.id}:1:EUR`, `${fan.id}:2:USD`, `${fan.id}:2:EUR`];
  expect(await Promise.all(names.map(bookedAs))).toEqual([true, true, true, false]);
});

test('a refund of a closed month is borne by the reserve as far as it reaches, then by the platform', async () => {
  const reserve = 5_000n;
  const fan = await world.fan();
  await world.core.payout.bookReceipts(fan.id);
  await openMonth({ ports: memory });
  const saved = requestOf(9_999, [debit('stripe_balance', reserve), credit('royalty_reserve', reserve)]);
  await commit(memory.uow, ({ ledger }) => ledger.post([saved]));
  await world.close();
  expect(await balances(USD, 'deferred_revenue', 'royalty_reserve', 'chargeback_loss')).toEqual([0n, reserve, 0n]);
  await change(fan, { refunded: PAID });
  await world.core.payout.bookReceipts(fan.id);
  expect(await balances(USD, 'deferred_revenue', 'royalty_reserve', 'chargeback_loss')).toEqual([
    0n,
    0n,
    FUND - reserve,
  ]);
});

test('of a month that is open it only lowers what is still to be earned', async () => {
  const fan = await world.fan(2);
  await world.core.payout.bookReceipts(fan.id);
  await world.close();
  const [left] = await balances(USD, 'deferred_revenue');
  await change(fan, { refunded: 2n * PAID });
  await world.core.payout.bookReceipts(fan.id);
  expect(left).toBeGreaterThan(0n);
  expect(await balances(USD, 'deferred_revenue')).toEqual([0n]);
});
