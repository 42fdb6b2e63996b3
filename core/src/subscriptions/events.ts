import type { UserId } from '../accounts/index.ts';
import type { Instant } from '../kernel/index.ts';
import type { EventId } from './webhook.ts';

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

export type SubscriptionEvent = WebhookReceived | FundingChanged;
