import type { Instant, Month } from '../kernel/index.ts';

export type PeriodClosed = {
  readonly type: 'payout.period_closed';
  readonly period: Month;
  readonly occurredAt: Instant;
};

export type PayoutEvent = PeriodClosed;
