import { expect, test } from '@jest/globals';
import { month, ok } from '@backline/core/kernel';
import { FIRST_RATE } from '@backline/core/payout';
import { commit } from '../../suites/harness.ts';
import { START, platform } from '../platform.ts';

const DECEMBER = month('2026-12');

test('a rate is kept, in force from its month on; one that may not be is refused, and is not', async () => {
  const { core, ports } = platform();
  const effective = async () =>
    (await commit(ports.uow, ({ rates }) => rates.all())).map(({ effectiveFrom }) => effectiveFrom);
  const proposal = { ...FIRST_RATE, effectiveFrom: DECEMBER, referenceMicros: 5_000n };
  expect(await core.payout.addRate({ ...proposal, effectiveFrom: month('2026-09') })).toMatchObject({ ok: false });
  expect(await effective()).toEqual([FIRST_RATE.effectiveFrom]);
  expect(await core.payout.addRate(proposal)).toMatchObject(ok({ effectiveFrom: DECEMBER, recordedAt: START }));
  expect(await effective()).toEqual([FIRST_RATE.effectiveFrom, DECEMBER]);
});
