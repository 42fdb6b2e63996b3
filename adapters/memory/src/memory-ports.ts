import type { PlatformEvent, Ports, Stores } from '@backline/core';
import type { UnitOfWork } from '@backline/core/kernel';
import { noWithholding } from '@backline/core/payout';
import { accountReader } from './accounts.ts';
import { memoryAudioInspector } from './audio-inspector.ts';
import { memoryAudioRenderer } from './audio-renderer.ts';
import {
  memoryAccessTokens,
  memoryCommonPasswords,
  memoryPasswordHasher,
  memorySecretTokens,
  memoryStreamLinks,
  sequentialIds,
} from './auth.ts';
import { catalogReader } from './catalog.ts';
import { statementReader } from './closes.ts';
import { systemClock } from './clock.ts';
import { memoryDigests } from './digests.ts';
import { memoryImpressions, memoryLastGoodLists, popularityReader, tasteReader } from './discovery.ts';
import { holdReader } from './holds.ts';
import { ledgerAudit } from './ledger-audit.ts';
import { memoryImageStore, memoryMediaStore } from './media.ts';
import { type MemoryPayments, memoryPayments } from './payments.ts';
import { type MemoryPayees, memoryPayees } from './payees.ts';
import { payoutReader } from './payout.ts';
import { memoryVerifications } from './verifications.ts';
import { playCountReader } from './play-counts.ts';
import { playReader } from './playback.ts';
import { memoryTables } from './state.ts';
import { subscriptionReader, webhookReader } from './subscriptions.ts';
import { memoryTrainingFiles, noTrainer, trainingReader } from './training.ts';
import { memoryUnitOfWork } from './unit-of-work.ts';
import { memoryUploads } from './uploads.ts';

export type MemoryPorts = Omit<Ports, 'uow'> & {
  readonly uow: UnitOfWork<Stores>;
  readonly payments: MemoryPayments;
  readonly payees: MemoryPayees;
  /** All that the outbox carries, oldest first. */
  readonly published: () => readonly PlatformEvent[];
};

/**
 * Everything that `createCore` needs, in this process's memory and gone with it: the system's time, no recommender,
 * and ids, tokens and passwords that protect nothing. What is given replaces the part of that name.
 */
export const memoryPorts = (given: Partial<Omit<Ports, 'uow'>> = {}): MemoryPorts => {
  const tables = memoryTables();
  const uow = memoryUnitOfWork(tables);
  const clock = given.clock ?? systemClock();
  const ids = given.ids ?? sequentialIds();
  const payments = memoryPayments(clock);
  const payees = memoryPayees(clock);

  return {
    uow,
    longUow: uow,
    playLog: uow,
    accounts: accountReader(tables),
    catalog: catalogReader(tables),
    plays: playReader(tables),
    payouts: payoutReader(tables),
    holdReader: holdReader(tables),
    playCounts: playCountReader(tables),
    ledgerAudit: ledgerAudit(tables),
    statementReader: statementReader(tables),
    verifications: memoryVerifications(),
    digests: memoryDigests,
    subscriptions: subscriptionReader(tables),
    webhooks: webhookReader(tables),
    popularity: popularityReader(tables),
    recommender: null,
    neighbours: null,
    lastGood: memoryLastGoodLists(),
    tastes: tasteReader(tables),
    trainingReader: trainingReader(tables),
    trainingFiles: memoryTrainingFiles(),
    modelTrainer: noTrainer,
    editorial: [],
    impressions: memoryImpressions(),
    clock,
    ids,
    passwordHasher: memoryPasswordHasher(),
    commonPasswords: memoryCommonPasswords([]),
    accessTokens: memoryAccessTokens(ids),
    secretTokens: memorySecretTokens(ids),
    streamLinks: memoryStreamLinks(ids),
    media: memoryMediaStore({ ids, clock }),
    images: memoryImageStore({ ids, clock }),
    uploads: memoryUploads(),
    audioInspector: memoryAudioInspector(),
    audioRenderer: memoryAudioRenderer(),
    paymentGateway: payments.paymentGateway,
    webhookVerifier: payments.webhookVerifier,
    payoutGateway: payees.payoutGateway,
    withholding: noWithholding,
    ...given,
    payments,
    payees,
    published: () => tables.outbox.all().map(({ event }) => event),
  };
};
