import type { UserId } from '../accounts/index.ts';
import type { TrackId } from '../catalog/index.ts';
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

/** Who has accepted a share: what they hear of the track from then on is self-play (R3b). */
export type CollaboratorJoined = {
  readonly type: 'payout.collaborator_joined';
  readonly trackId: TrackId;
  readonly userId: UserId;
  /** The share's first day in a month that was open. */
  readonly since: Instant;
  readonly occurredAt: Instant;
};

export type PayoutEvent = PeriodClosed | TransferEnded | CollaboratorJoined;
