import * as payout from '@backline/core/payout';
import { payoutLaws } from '../../suites/payout-laws.ts';

payoutLaws('our policy', {
  ...payout,
  policy: payout.PAYOUT_POLICY,
  judge: payout.judgeBy(payout.PAYOUT_POLICY),
});
