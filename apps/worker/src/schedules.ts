import type { Core } from '@backline/core';
import type { Clock } from '@backline/core/kernel';
import type { SandboxDesk, WorkerPlan } from '@backline/composition';
import type { Logger } from 'pino';

type Dependencies = {
  readonly core: Core;
  readonly clock: Clock;
  readonly log: Logger;
  /** Null where a real provider takes the money. */
  readonly sandbox: Pick<SandboxDesk, 'renewDue' | 'deliverPending'> | null;
  readonly sweepUploads: () => Promise<number>;
  readonly ensurePartitions: (now: ReturnType<Clock['now']>) => Promise<void>;
};

/** Differences in the log; all are shown by `ops verify`. */
const SHOWN = 20;

/** What happens by the calendar, in UTC. */
export const schedules = ({
  core,
  clock,
  log,
  sandbox,
  sweepUploads,
  ensurePartitions,
}: Dependencies): WorkerPlan['schedules'] => [
  { name: 'schedule.partitions', cron: '7 * * * *', run: () => ensurePartitions(clock.now()) },
  {
    name: 'schedule.forget_sessions',
    cron: '23 3 * * *',
    run: async () => {
      log.info({ sessions: await core.accounts.forgetEndedSessions() }, 'ended sessions were forgotten');
    },
  },
  {
    name: 'schedule.train_recommender',
    cron: '7 4 * * *',
    run: async () => {
      const trained = await core.discovery.trainRecommender();
      if (trained.ok) log.info(trained.value, 'the recommender has learnt');
      else log.error({ reason: trained.error.reason }, 'the recommender could not learn; what it knew goes on serving');
    },
  },
  {
    name: 'schedule.forget_impressions',
    cron: '29 3 * * *',
    run: async () => {
      log.info({ answers: await core.discovery.forgetOldImpressions() }, 'old impressions were forgotten');
    },
  },
  {
    name: 'schedule.sweep_uploads',
    cron: '41 * * * *',
    run: async () => {
      log.info({ files: await sweepUploads() }, 'uploads that were never finished were removed');
    },
  },
  {
    name: 'schedule.resume_processing',
    cron: '* * * * *',
    run: async () => {
      const tracks = await core.catalog.resumeProcessing();
      if (tracks > 0) log.warn({ tracks }, 'tracks whose processing stood still are processed again');
    },
  },
  {
    name: 'schedule.retry_webhooks',
    cron: '17 * * * *',
    run: async () => {
      const retried = await core.subscriptions.retryOverdueWebhooks();
      if (retried > 0) log.warn({ retried }, 'webhook events that waited for over an hour are tried again');
    },
  },
  {
    name: 'schedule.raise_holds',
    cron: '11 5 * * *',
    run: async () => {
      const raised = await core.payout.raiseHolds();
      log[raised === 0 ? 'info' : 'warn']({ raised }, 'days of too many plays are held until an operator decides');
    },
  },
  {
    name: 'schedule.verify_books',
    cron: '11 2 * * *',
    run: async () => {
      const differences = await core.payout.verifyBooks();
      if (differences.length === 0) log.info('the books were verified');
      else log.error({ differences: differences.slice(0, SHOWN) }, `the books differ in ${differences.length} places`);
    },
  },
  {
    name: 'schedule.close_months',
    cron: '37 5 * * *',
    run: async () => {
      const closed = await core.payout.closeDuePeriods();
      if (!closed.ok) {
        log.error(closed.error, 'a month could not be closed');
        throw new Error(closed.error.code);
      }
      log.info({ months: closed.value.map(({ period }) => period) }, 'months were closed');
    },
  },
  {
    name: 'schedule.reconcile_payments',
    cron: '53 4 * * *',
    run: async () => {
      const reconciled = await core.subscriptions.reconcile();
      if (!reconciled.ok) throw new Error(reconciled.error.code);
      const { differences, missedEvents } = reconciled.value;
      log[differences.length + missedEvents === 0 ? 'info' : 'warn'](
        reconciled.value,
        'payments were compared with the provider',
      );
    },
  },
  {
    name: 'schedule.transfer_earnings',
    cron: '11 6 * * *',
    run: async () => {
      const released = await core.payout.releaseEarnings();
      const run = await core.payout.transferEarnings();
      log[run.failed + run.waiting === 0 ? 'info' : 'warn']({ released, ...run }, 'what is available and due was sent');
    },
  },
  {
    name: 'schedule.resume_transfers',
    cron: '37 * * * *',
    run: async () => {
      const run = await core.payout.resumeTransfers();
      if (run.settled + run.failed + run.waiting > 0)
        log.warn(run, 'transfers that were not answered were gone on with');
    },
  },
  ...(sandbox === null ? [] : [sandboxSchedule(sandbox, clock)]),
];

const sandboxSchedule = (
  sandbox: NonNullable<Dependencies['sandbox']>,
  clock: Clock,
): WorkerPlan['schedules'][number] => ({
  name: 'schedule.sandbox',
  cron: '* * * * *',
  run: async () => {
    await sandbox.renewDue(clock.now());
    await sandbox.deliverPending();
  },
});
