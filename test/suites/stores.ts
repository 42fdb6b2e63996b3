import { accountReaderSuite } from './account-reader.ts';
import { catalogReaderSuite } from './catalog-reader.ts';
import { closePeriodSuite } from './close-period.ts';
import { collaboratorsSuite } from './collaborators.ts';
import { discoveryStoresSuite } from './discovery-stores.ts';
import { earningsSuite } from './earnings.ts';
import { fingerprintRepositorySuite } from './fingerprint-repository.ts';
import type { OpenHarness } from './harness.ts';
import { holdRepositorySuite } from './hold-repository.ts';
import { holdsSuite } from './holds.ts';
import { ledgerSuite } from './ledger.ts';
import { payoutReaderSuite } from './payout-reader.ts';
import { periodRepositorySuite } from './period-repository.ts';
import { playCountSuite } from './play-counts.ts';
import { playReaderSuite } from './play-reader.ts';
import { playRepositorySuite } from './play-repository.ts';
import { popularityReaderSuite } from './popularity-reader.ts';
import { processingRepositorySuite } from './processing-repository.ts';
import { rateRepositorySuite } from './rate-repository.ts';
import { reversalsSuite } from './reversals.ts';
import { sessionRepositorySuite } from './session-repository.ts';
import { splitRepositorySuite } from './split-repository.ts';
import { subscriptionReaderSuite } from './subscription-reader.ts';
import {
  checkoutRepositorySuite,
  customerRepositorySuite,
  receiptRepositorySuite,
  subscriptionRepositorySuite,
  webhookInboxSuite,
  webhookReaderSuite,
} from './subscription-stores.ts';
import { transferEarningsSuite } from './transfer-earnings.ts';
import { payoutAccountRepositorySuite, transferRepositorySuite } from './transfer-stores.ts';
import { trackRepositorySuite } from './track-repository.ts';
import { unitOfWorkSuite } from './unit-of-work.ts';
import { userRepositorySuite } from './user-repository.ts';

/** Everything that whoever stores and reads for the core promises. */
export const storeSuites = (adapter: string, open: OpenHarness): void => {
  for (const suite of [
    unitOfWorkSuite,
    userRepositorySuite,
    sessionRepositorySuite,
    trackRepositorySuite,
    processingRepositorySuite,
    fingerprintRepositorySuite,
    playRepositorySuite,
    subscriptionRepositorySuite,
    customerRepositorySuite,
    checkoutRepositorySuite,
    receiptRepositorySuite,
    webhookInboxSuite,
    rateRepositorySuite,
    ledgerSuite,
    periodRepositorySuite,
    playCountSuite,
    accountReaderSuite,
    catalogReaderSuite,
    payoutReaderSuite,
    playReaderSuite,
    popularityReaderSuite,
    discoveryStoresSuite,
    subscriptionReaderSuite,
    webhookReaderSuite,
    splitRepositorySuite,
    holdRepositorySuite,
    collaboratorsSuite,
    closePeriodSuite,
    holdsSuite,
    reversalsSuite,
    earningsSuite,
    payoutAccountRepositorySuite,
    transferRepositorySuite,
    transferEarningsSuite,
  ])
    suite(adapter, open);
};
