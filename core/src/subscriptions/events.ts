import type { UserId } from '../accounts/index.ts';
import type { Instant } from '../kernel/index.ts';
import type { InvoiceId } from './receipt.ts';
import type { EventId, PayeeRef } from './webhook.ts';

export type WebhookReceived = {
  readonly type: 'subscriptions.webhook_received';
  readonly eventId: EventId;
  readonly occurredAt: Instant;
};

/** From `since` on, another set of times is paid for: the listener's plays must be judged again. */
export type FundingChanged = {
  readonly type: 'subscriptions.funding_changed';
  readonly userId: UserId;
  readonly since: Instant;
  readonly occurredAt: Instant;
};

/** A card network suspects that the payment was not its owner's doing. */
export type FraudWarned = {
  readonly type: 'subscriptions.fraud_warned';
  readonly chargeId: string;
  readonly invoiceId: InvoiceId | null;
  readonly occurredAt: Instant;
};

/** A fan's money: paid, given back, taken back, or with another fee. */
export type ReceiptChanged = {
  readonly type: 'subscriptions.receipt_changed';
  readonly userId: UserId;
  readonly occurredAt: Instant;
};

/** Something about those who are paid: it is asked for what is so now. */
export type PayeeChanged = {
  readonly type: 'subscriptions.payee_changed';
  readonly payee: PayeeRef;
  readonly occurredAt: Instant;
};

export type SubscriptionEvent = WebhookReceived | FundingChanged | FraudWarned | ReceiptChanged | PayeeChanged;
