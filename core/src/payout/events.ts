import type { UserId } from '../accounts/index.ts';
import type { Instant, Month } from '../kernel/index.ts';
import type { PayoutTransferId } from './payout-transfer.ts';

export type PeriodClosed = {
  readonly type: 'payout.period_closed';
  readonly period: Month;
  readonly occurredAt: Instant;
};

export type TransferEnded = {
  readonly type: 'payout.transfer_ended';
  readonly transferId: PayoutTransferId;
  readonly artistId: UserId;
  /** Of a transfer that was settled, `reversed` may come later. */
  readonly outcome: 'settled' | 'failed' | 'reversed';
  readonly occurredAt: Instant;
};

export type PayoutEvent = PeriodClosed | TransferEnded;
