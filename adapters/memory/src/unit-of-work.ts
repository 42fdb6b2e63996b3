import type { Stores } from '@backline/core';
import type { Result, UnitOfWork } from '@backline/core/kernel';
import type { HeldPlayStores } from '@backline/core/payout';
import { sessionRepository, userRepository } from './accounts.ts';
import { trackRepository } from './catalog.ts';
import { bookingRepository, closeRepository, statementRepository } from './closes.ts';
import { fingerprintRepository } from './fingerprints.ts';
import { holdRepository } from './holds.ts';
import { ledgerRepository } from './ledger.ts';
import { rateRepository } from './payout.ts';
import { periodRepository } from './periods.ts';
import { playRepository } from './playback.ts';
import { processingRepository } from './processing.ts';
import { reversalRepository } from './reversals.ts';
import { rollupRepository } from './rollup.ts';
import { splitRepository } from './splits.ts';
import { payoutAccountRepository, transferRepository } from './transfers.ts';
import { type Drafts, type MemoryTables, type Sequences, memorySequences } from './state.ts';
import {
  checkoutRepository,
  customerRepository,
  receiptRepository,
  subscriptionRepository,
  webhookInbox,
} from './subscriptions.ts';

export type AllStores = Stores & HeldPlayStores;

/** Serialisable isolation by running one transaction at a time; a lock is held by whoever runs. */
export const memoryUnitOfWork = (tables: MemoryTables): UnitOfWork<AllStores> => {
  const sequences = memorySequences();
  let turn: Promise<unknown> = Promise.resolve();

  return {
    run: <R extends Result<unknown, unknown>>(work: (stores: AllStores) => Promise<R>): Promise<R> => {
      const next = turn.then(async () => {
        const drafts = draftsOf(tables);
        const result = await work(storesOn(drafts, sequences));
        if (result.ok) for (const draft of Object.values(drafts)) draft.commit();
        return result;
      });
      turn = next.catch(() => undefined);
      return next;
    },
  };
};

const draftsOf = (tables: MemoryTables): Drafts => ({
  users: tables.users.draft(),
  sessions: tables.sessions.draft(),
  tokens: tables.tokens.draft(),
  tracks: tables.tracks.draft(),
  processings: tables.processings.draft(),
  renditions: tables.renditions.draft(),
  waveforms: tables.waveforms.draft(),
  fingerprints: tables.fingerprints.draft(),
  plays: tables.plays.draft(),
  movements: tables.movements.draft(),
  monthCounts: tables.monthCounts.draft(),
  trackCounts: tables.trackCounts.draft(),
  listenerCounts: tables.listenerCounts.draft(),
  subscriptions: tables.subscriptions.draft(),
  customers: tables.customers.draft(),
  checkouts: tables.checkouts.draft(),
  receipts: tables.receipts.draft(),
  inbox: tables.inbox.draft(),
  rates: tables.rates.draft(),
  periods: tables.periods.draft(),
  ledger: tables.ledger.draft(),
  balances: tables.balances.draft(),
  countedVerdicts: tables.countedVerdicts.draft(),
  closeCounts: tables.closeCounts.draft(),
  splits: tables.splits.draft(),
  declined: tables.declined.draft(),
  holds: tables.holds.draft(),
  reversals: tables.reversals.draft(),
  bookings: tables.bookings.draft(),
  bookingCounts: tables.bookingCounts.draft(),
  closes: tables.closes.draft(),
  released: tables.released.draft(),
  payoutAccounts: tables.payoutAccounts.draft(),
  transfers: tables.transfers.draft(),
  statements: tables.statements.draft(),
  outbox: tables.outbox.draft(),
});

const storesOn = (drafts: Drafts, sequences: Sequences): AllStores => ({
  users: userRepository(drafts, sequences.users),
  sessions: sessionRepository(drafts),
  tracks: trackRepository(drafts, sequences.tracks),
  processings: processingRepository(drafts),
  fingerprints: fingerprintRepository(drafts),
  plays: playRepository(drafts, sequences.movements),
  holds: holdRepository(drafts),
  subscriptions: subscriptionRepository(drafts),
  customers: customerRepository(drafts),
  checkouts: checkoutRepository(drafts),
  receipts: receiptRepository(drafts),
  inbox: webhookInbox(drafts),
  rates: rateRepository(drafts, sequences.rates),
  rollup: rollupRepository(drafts),
  ledger: ledgerRepository(drafts),
  periods: periodRepository(drafts),
  splits: splitRepository(drafts, sequences.splits),
  reversals: reversalRepository(drafts),
  bookings: bookingRepository(drafts),
  closes: closeRepository(drafts),
  statements: statementRepository(drafts),
  payoutAccounts: payoutAccountRepository(drafts),
  transfers: transferRepository(drafts),
  outbox: { append: async (event) => drafts.outbox.put({ sequence: sequences.events(), event }) },
});
