import { describe, expect, test } from '@jest/globals';
import { USD, err, money, month, ok } from '@backline/core/kernel';
import { FIRST_RATE, type RateVersion } from '@backline/core/payout';
import { type OpenHarness, commit, contend, eachTest, inTurn } from './harness.ts';
import { AWKWARD_TEXT, NOW } from './samples.ts';

const rateFrom = (from: string, changes: Partial<RateVersion> = {}): Omit<RateVersion, 'id'> => ({
  effectiveFrom: month(from),
  reference: money(4_200n, USD),
  multiplier: 2n,
  sourceName: 'Somebody, Some report',
  sourceUrl: 'https://example.com/report',
  recordedAt: NOW,
  ...changes,
});

/** What every RateRepository promises, whatever stores it. */
export const rateRepositorySuite = (adapter: string, open: OpenHarness): void => {
  describe(`RateRepository on ${adapter}`, () => {
    const harness = eachTest(open);
    const uow = () => harness().ports.uow;
    const all = () => commit(uow(), ({ rates }) => rates.all());
    const append = (rate: Omit<RateVersion, 'id'>) => commit(uow(), ({ rates }) => rates.append(rate));

    test('begins with the first rate', async () => {
      const rates = await all();
      expect(rates).toEqual([{ ...FIRST_RATE, id: rates[0]?.id }]);
      expect(Number.isSafeInteger(rates[0]?.id)).toBe(true);
    });

    test('returns what was appended, under an id of its own', async () => {
      const rate = rateFrom('2027-01', { sourceName: AWKWARD_TEXT, sourceUrl: AWKWARD_TEXT });
      const appended = await append(rate);
      expect(appended).toEqual({ ...rate, id: appended.id });
      expect(await all()).toContainEqual(appended);
      expect(new Set((await all()).map(({ id }) => id)).size).toBe(2);
    });

    test('returns amounts beyond 2⁵³', async () => {
      const appended = await append(rateFrom('2027-01', { reference: money(2n ** 62n, USD), multiplier: 1_000n }));
      expect(await all()).toContainEqual(appended);
    });

    test('are ordered by the month they take effect, whatever the order they came in', async () => {
      for (const from of ['2027-10', '2027-02', '2028-01']) await append(rateFrom(from));
      expect((await all()).map(({ effectiveFrom }) => effectiveFrom)).toEqual([
        '2020-01',
        '2027-02',
        '2027-10',
        '2028-01',
      ]);
    });

    test('appending changes nothing that was there', async () => {
      const before = await all();
      const one = await append(rateFrom('2027-01'));
      await append(rateFrom('2027-02'));
      expect((await all()).slice(0, 2)).toEqual([...before, one]);
    });

    test('a month has one rate', async () => {
      await append(rateFrom('2027-01'));
      await expect(append(rateFrom('2027-01', { reference: money(1n, USD) }))).rejects.toThrow();
      expect(await all()).toHaveLength(2);
    });

    test('what is rolled back was not appended', async () => {
      await uow().run(async ({ rates }) => err(await rates.append(rateFrom('2027-01'))));
      expect(await all()).toHaveLength(1);
    });

    test('all holds off additions until the transaction ends', async () => {
      expect(await inTurn(uow(), ({ rates }) => rates.all())).toEqual(['first', 'second']);
      const { second } = await contend(
        uow(),
        async ({ rates }) => {
          await rates.all();
          await rates.append(rateFrom('2027-01'));
        },
        ({ rates }) => rates.all(),
        () => ok(null),
      );
      expect(second).toHaveLength(2);
    });
  });
};
