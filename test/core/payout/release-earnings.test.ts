import { expect, test } from '@jest/globals';
import { DAY_MS, USD, after, money, month } from '@backline/core/kernel';
import { type EarnedFunds, artistAccount, credit, debit } from '@backline/core/payout';
import { createCore } from '@backline/core';
import type { UserId } from '@backline/core/accounts';
import { commit } from '../../suites/harness.ts';
import { requestOf } from '../../suites/ledger-samples.ts';
import { START, platform } from '../platform.ts';

const OCTOBER = month('2026-10');
const EACH = 10n;

test('whatever has waited is released, in parts, and a month is opened for it where there is something', async () => {
  const { ports, clock } = platform();
  const periods = () => commit(ports.uow, (stores) => stores.periods.all());
  const waiting = Array.from({ length: 450 }, (_, index): EarnedFunds => ({
    period: OCTOBER,
    userId: (index + 1) as UserId,
    splitVersion: null,
    amount: money(EACH, USD),
  }));
  const limits: number[] = [];
  const { uow } = ports;
  const watched: typeof uow = {
    run: (work) =>
      uow.run((stores) =>
        work({
          ...stores,
          closes: {
            ...stores.closes,
            releasable: async (closedBefore, limit) => {
              expect(closedBefore).toBe(after(clock.now(), -20 * DAY_MS));
              limits.push(limit);
              return waiting.slice(0, limit);
            },
            markReleased: async (funds) => void waiting.splice(waiting.indexOf(funds[0]!), 1),
          },
        }),
      ),
  };
  const core = createCore({ ...ports, uow: watched });
  const first = waiting.splice(0);
  expect([await core.payout.releaseEarnings(), await periods()]).toEqual([0, []]);

  const pending = first.map(({ userId }) => credit(artistAccount('artist_pending', userId), EACH));
  await commit(uow, async (stores) => {
    await stores.periods.open(OCTOBER, START);
    const event = { period: OCTOBER };
    const earned = requestOf(9_999, [debit('stripe_balance', EACH * BigInt(first.length)), ...pending], { event });
    expect(await stores.ledger.post([earned])).toMatchObject({ ok: true });
  });
  waiting.push(...first);
  limits.length = 0;
  expect(await core.payout.releaseEarnings()).toBe(450);
  expect([limits, waiting]).toEqual([[200, 200, 200, 200], []]);
  expect((await periods()).map(({ month: of }) => of)).toEqual([OCTOBER, '2026-11']);
  const accounts = first.map(({ userId }) => artistAccount('artist_available', userId));
  const available = await commit(uow, ({ ledger }) => ledger.balancesOf(accounts, USD));
  expect(accounts.every((account) => available.get(account) === EACH)).toBe(true);
});
