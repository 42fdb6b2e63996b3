import type * as payout from '@backline/core/payout';
import type { Judge } from '@backline/core/playback';

/** What the laws are about: a policy and the rules that go by it. */
export type PayoutRules = {
  readonly policy: payout.PayoutPolicy;
  /** Under this policy. */
  readonly judge: Judge;
} & Pick<
  typeof payout,
  | 'acceptSplit'
  | 'bear'
  | 'clawBack'
  | 'closeDigest'
  | 'closeMonth'
  | 'divide'
  | 'earningsReleased'
  | 'fraudReversed'
  | 'fundOf'
  | 'monthlyShares'
  | 'proposeSplit'
  | 'receiptsChanged'
  | 'splitFor'
  | 'statementCsv'
  | 'statementsOf'
  | 'takeBack'
  | 'transferBegun'
  | 'transferFailed'
  | 'transferOf'
  | 'transferReversed'
  | 'transferSettled'
  | 'transferable'
  | 'velocityHold'
  | 'verifyStatements'
>;
