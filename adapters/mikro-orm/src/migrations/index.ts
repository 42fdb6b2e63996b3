import { FirstSchema } from './0001-first-schema.ts';
import { Payments } from './0002-payments.ts';
import { Ledger } from './0003-ledger.ts';
import { Payouts } from './0004-payouts.ts';
import { Closes } from './0005-closes.ts';
import { Transfers } from './0006-transfers.ts';
import { LateHolds } from './0007-late-holds.ts';
import { OpenEarnings } from './0008-open-earnings.ts';
import { Reversals } from './0009-reversals.ts';
import { TrackProcessing } from './0010-processing.ts';
import { Fingerprints } from './0012-fingerprints.ts';
import { Recommendations } from './0014-recommendations.ts';
import { Verifications } from './0018-verifications.ts';
import { LostPlays } from './0019-lost-plays.ts';

/** In the order in which they run. A migration that was released never changes. */
export const migrations = [
  { name: '0001-first-schema', class: FirstSchema },
  { name: '0002-payments', class: Payments },
  { name: '0003-ledger', class: Ledger },
  { name: '0004-payouts', class: Payouts },
  { name: '0005-closes', class: Closes },
  { name: '0006-transfers', class: Transfers },
  { name: '0007-late-holds', class: LateHolds },
  { name: '0008-open-earnings', class: OpenEarnings },
  { name: '0009-reversals', class: Reversals },
  { name: '0010-processing', class: TrackProcessing },
  { name: '0012-fingerprints', class: Fingerprints },
  { name: '0014-recommendations', class: Recommendations },
  { name: '0018-verifications', class: Verifications },
  { name: '0019-lost-plays', class: LostPlays },
];
