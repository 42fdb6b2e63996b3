import { describe } from '@jest/globals';
import { earningLaws, fundingLaws } from './payout/close-laws.ts';
import { determinismLaws } from './payout/determinism-laws.ts';
import { holdLaws } from './payout/hold-laws.ts';
import { ledgerLaws } from './payout/ledger-laws.ts';
import { receiptLaws } from './payout/receipt-laws.ts';
import { splitLaws } from './payout/split-laws.ts';
import { statementLaws } from './payout/statement-laws.ts';
import { transferLaws } from './payout/transfer-laws.ts';
import { verdictLaws } from './payout/verdict-laws.ts';
import type { PayoutRules } from './payout/rules.ts';

export type { PayoutRules } from './payout/rules.ts';

/** payout-rules.md, "Properties to hold", for any policy and any implementation of its rules. */
export const payoutLaws = (name: string, rules: PayoutRules): void => {
  describe(`Payout by ${name}`, () => {
    verdictLaws(rules);
    determinismLaws(rules);
    earningLaws(rules);
    fundingLaws(rules);
    splitLaws(rules);
    receiptLaws(rules);
    holdLaws(rules);
    transferLaws(rules);
    statementLaws(rules);
    ledgerLaws(rules);
  });
};
