import { memoryPorts } from '@backline/memory';
import { accountReaderSuite } from '../suites/account-reader.ts';
import { catalogReaderSuite } from '../suites/catalog-reader.ts';
import { payoutReaderSuite } from '../suites/payout-reader.ts';
import { playReaderSuite } from '../suites/play-reader.ts';
import { popularityReaderSuite } from '../suites/popularity-reader.ts';
import { subscriptionReaderSuite } from '../suites/subscription-reader.ts';
import type { OpenHarness } from '../suites/harness.ts';
import { playRepositorySuite } from '../suites/play-repository.ts';
import { rateRepositorySuite } from '../suites/rate-repository.ts';
import { sessionRepositorySuite } from '../suites/session-repository.ts';
import {
  checkoutRepositorySuite,
  receiptRepositorySuite,
  subscriptionRepositorySuite,
  webhookInboxSuite,
} from '../suites/subscription-stores.ts';
import { trackRepositorySuite } from '../suites/track-repository.ts';
import { unitOfWorkSuite } from '../suites/unit-of-work.ts';
import { userRepositorySuite } from '../suites/user-repository.ts';

const open: OpenHarness = async () => {
  const ports = memoryPorts();
  return { ports, published: async () => ports.published() };
};

unitOfWorkSuite('memory', open);
userRepositorySuite('memory', open);
sessionRepositorySuite('memory', open);
trackRepositorySuite('memory', open);
playRepositorySuite('memory', open);
subscriptionRepositorySuite('memory', open);
checkoutRepositorySuite('memory', open);
receiptRepositorySuite('memory', open);
webhookInboxSuite('memory', open);
rateRepositorySuite('memory', open);
accountReaderSuite('memory', open);
catalogReaderSuite('memory', open);
payoutReaderSuite('memory', open);
playReaderSuite('memory', open);
popularityReaderSuite('memory', open);
subscriptionReaderSuite('memory', open);
