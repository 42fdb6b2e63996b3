import { describe, expect, test } from '@jest/globals';
import { type Month, after, err, month, ok, shiftMonth } from '@backline/core/kernel';
import type { Period } from '@backline/core/payout';
import { type OpenHarness, commit, contend, eachTest, inTurn } from './harness.ts';
import { DIGEST, MONTH, beginClosing, endClosing, openMonth } from './ledger-samples.ts';
import { NOW } from './samples.ts';

const NEXT = shiftMonth(MONTH, 1);
const BEFORE = shiftMonth(MONTH, -1);

const OPEN: Period = { month: MONTH, openedAt: NOW, status: 'open' };
const CLOSING: Period = { ...OPEN, status: 'closing', closingAt: after(NOW, 1) };
const CLOSED: Period = { ...CLOSING, status: 'closed', closedAt: after(NOW, 2), inputsDigest: DIGEST };

/** What every PeriodRepository promises, whatever stores it. */
export const periodRepositorySuite = (adapter: string, open: OpenHarness): void => {
  describe(`PeriodRepository on ${adapter}`, () => {
    const harness = eachTest(open);
    const uow = () => harness().ports.uow;
    const find = (of: Month) => commit(uow(), ({ periods }) => periods.find(of));
    const all = () => commit(uow(), ({ periods }) => periods.all());
    const save = (period: Period) => commit(uow(), ({ periods }) => periods.save(period));
    const opened = (...months: readonly Month[]) =>
      months.reduce(async (before, of) => {
        await before;
        await openMonth(harness(), of);
      }, Promise.resolve());

    test('begins without any', async () => {
      expect(await all()).toEqual([]);
      expect(await find(MONTH)).toBeNull();
    });

    test('moves from open to closing to closed', async () => {
      await opened(MONTH);
      expect(await find(MONTH)).toEqual(OPEN);
      await save(CLOSING);
      expect(await find(MONTH)).toEqual(CLOSING);
      await save(CLOSED);
      expect(await find(MONTH)).toEqual(CLOSED);
    });

    test('opening a month that is there changes nothing, whatever its status', async () => {
      await opened(MONTH);
      await save(CLOSING);
      await commit(uow(), ({ periods }) => periods.open(MONTH, after(NOW, 9)));
      await save(CLOSED);
      await commit(uow(), ({ periods }) => periods.open(MONTH, after(NOW, 9)));
      expect(await all()).toEqual([CLOSED]);
    });

    test('are in the order of the months, whatever the order they were opened in', async () => {
      await opened(NEXT, BEFORE, MONTH);
      expect((await all()).map((period) => period.month)).toEqual([BEFORE, MONTH, NEXT]);
    });

    test.each<[string, readonly Period[], Period]>([
      ['from open to closed', [], CLOSED],
      ['from open to open', [], OPEN],
      ['from closing to open', [CLOSING], OPEN],
      ['from closing to closing', [CLOSING], CLOSING],
      ['from closed to closing', [CLOSING, CLOSED], CLOSING],
      ['from closed to closed', [CLOSING, CLOSED], { ...CLOSED, inputsDigest: 'cd'.repeat(32) }],
    ])('never %s', async (_what, before, next) => {
      await opened(MONTH);
      for (const period of before) await save(period);
      await expect(save(next)).rejects.toThrow();
      expect(await find(MONTH)).toEqual(before.at(-1) ?? OPEN);
    });

    test('never moves a month that there is not', async () => {
      await expect(save(CLOSING)).rejects.toThrow();
    });

    test('never closes a month before the one before it', async () => {
      await opened(MONTH, NEXT);
      await expect(save({ ...CLOSING, month: NEXT })).rejects.toThrow();
      await beginClosing(harness(), MONTH);
      await expect(save({ ...CLOSING, month: NEXT })).rejects.toThrow();
      await endClosing(harness(), MONTH);
      await save({ ...CLOSING, month: NEXT });
      expect(await find(NEXT)).toMatchObject({ status: 'closing' });
    });

    test('never closes a month after a gap', async () => {
      const later = month('2027-01');
      await opened(MONTH, later);
      await beginClosing(harness(), MONTH);
      await endClosing(harness(), MONTH);
      await expect(save({ ...CLOSING, month: later })).rejects.toThrow();
    });

    test('never opens a month before one that is closed', async () => {
      await opened(MONTH);
      await beginClosing(harness(), MONTH);
      await expect(openMonth(harness(), BEFORE)).rejects.toThrow();
    });

    test('what is rolled back did not move', async () => {
      await opened(MONTH);
      await uow().run(async ({ periods }) => err(await periods.save(CLOSING)));
      expect(await find(MONTH)).toEqual(OPEN);
    });

    test('find holds a month until the transaction ends', async () => {
      await opened(MONTH);
      expect(await inTurn(uow(), ({ periods }) => periods.find(MONTH))).toEqual(['first', 'second']);
      const { second } = await contend(
        uow(),
        async ({ periods }) => {
          await periods.find(MONTH);
          await periods.save(CLOSING);
        },
        ({ periods }) => periods.find(MONTH),
        () => ok(null),
      );
      expect(second).toEqual(CLOSING);
    });

    test('of two that open a month, both find it open', async () => {
      const { second } = await contend(
        uow(),
        ({ periods }) => periods.open(MONTH, NOW),
        async ({ periods }) => {
          await periods.open(MONTH, after(NOW, 1));
          return periods.find(MONTH);
        },
        () => ok(null),
      );
      expect(second).toEqual(OPEN);
    });
  });
};
