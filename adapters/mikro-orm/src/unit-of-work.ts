import type { SqlEntityManager } from '@mikro-orm/sql';
import type { Stores } from '@backline/core';
import type { Result, UnitOfWork } from '@backline/core/kernel';
import { bookingRepository } from './bookings.ts';
import { checkoutRepository } from './checkouts.ts';
import { closeRepository } from './closes.ts';
import { customerRepository } from './customers.ts';
import { retrying } from './failures.ts';
import { fingerprintRepository } from './fingerprints.ts';
import { ledgerRepository } from './ledger.ts';
import { type Enqueue, sqlOutbox } from './outbox.ts';
import { payoutAccountRepository } from './payout-accounts.ts';
import { periodRepository } from './periods.ts';
import { processingRepository } from './processings.ts';
import { rateRepository } from './rates.ts';
import { receiptRepository } from './receipts.ts';
import { reversalRepository } from './reversals.ts';
import { rollupRepository } from './rollup.ts';
import { sessionRepository } from './sessions.ts';
import { splitRepository } from './splits.ts';
import { statementRepository } from './statements.ts';
import { subscriptionRepository } from './subscriptions.ts';
import { trackRepository } from './tracks.ts';
import { transferRepository } from './transfers.ts';
import { userRepository } from './users.ts';
import { webhookInbox } from './webhook-inbox.ts';

const storesOf = (em: SqlEntityManager, enqueue: Enqueue): Stores => ({
  users: userRepository(em),
  sessions: sessionRepository(em),
  tracks: trackRepository(em),
  processings: processingRepository(em),
  fingerprints: fingerprintRepository(em),
  subscriptions: subscriptionRepository(em),
  customers: customerRepository(em),
  checkouts: checkoutRepository(em),
  receipts: receiptRepository(em),
  inbox: webhookInbox(em),
  rates: rateRepository(em),
  rollup: rollupRepository(em),
  ledger: ledgerRepository(em),
  periods: periodRepository(em),
  splits: splitRepository(em),
  bookings: bookingRepository(em),
  closes: closeRepository(em),
  statements: statementRepository(em),
  reversals: reversalRepository(em),
  payoutAccounts: payoutAccountRepository(em),
  transfers: transferRepository(em),
  outbox: sqlOutbox(em, enqueue),
});

/** One forked EntityManager for each transaction, so no identity map outlives a unit of work. */
export const mikroOrmUnitOfWork = (em: SqlEntityManager, enqueue: Enqueue): UnitOfWork<Stores> => ({
  run: <R extends Result<unknown, unknown>>(work: (stores: Stores) => Promise<R>): Promise<R> =>
    retrying(async () => {
      const fork = em.fork();
      await fork.begin();
      try {
        const result = await work(storesOf(fork, enqueue));
        if (result.ok) await fork.commit();
        else await fork.rollback();
        return result;
      } catch (thrown) {
        if (fork.isInTransaction()) await rollBack(fork);
        throw thrown;
      }
    }),
});

/** A rollback fails only where the connection is gone, and with it the transaction; what was thrown before says why. */
const rollBack = (em: SqlEntityManager): Promise<boolean> =>
  em.rollback().then(
    () => true,
    () => false,
  );
