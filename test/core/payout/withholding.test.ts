import { expect, test } from '@jest/globals';
import type { UserId } from '@backline/core/accounts';
import { USD, money } from '@backline/core/kernel';
import { assessed, noWithholding } from '@backline/core/payout';

test('unless a rule says otherwise, nothing is withheld', async () => {
  const gross = money(25_000_000n, USD);
  const assessment = await noWithholding.assess(1 as UserId, gross);
  expect(assessment).toEqual({ withheld: 0n, ruleId: 'none' });
  expect(assessed(gross, assessment)).toBe(assessment);
});
