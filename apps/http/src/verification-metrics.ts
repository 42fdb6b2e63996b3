import { Unavailable } from '@backline/core/kernel';
import type { Verification, VerificationLog } from '@backline/core/payout';
import { Gauge, type Registry } from 'prom-client';

/**
 * Read whenever the metrics are, of whoever verified the books last; what was read before stands while the database is
 * away.
 */
export const verificationMetrics = (registry: Registry, verifications: Pick<VerificationLog, 'latest'>): void => {
  const gauge = (name: string, help: string, valueOf: (latest: Verification) => number): void =>
    registry.registerMetric(
      new Gauge({
        name,
        help,
        registers: [],
        async collect() {
          const latest = await latestOf(verifications);
          if (latest !== null) this.set(valueOf(latest));
        },
      }),
    );
  gauge(
    'ledger_differences',
    'What differed when the books were verified last; anything but 0 is an alarm',
    ({ differences }) => differences.length,
  );
  gauge(
    'ledger_verified_timestamp_seconds',
    'When the books were verified last; 0 where they never were',
    ({ verifiedAt }) => verifiedAt / 1_000,
  );
};

const latestOf = (verifications: Pick<VerificationLog, 'latest'>): Promise<Verification | null> =>
  verifications.latest().catch((cause: unknown) => {
    if (cause instanceof Unavailable) return null;
    throw cause;
  });
