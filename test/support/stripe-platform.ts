import { createCore } from '@backline/core';
import type { PayoutGateway } from '@backline/core/payout';
import type { PaymentGateway, WebhookVerifier } from '@backline/core/subscriptions';
import { type SteppingClock, memoryPorts, steppingClock } from '@backline/memory';
import { type StripePayments, type StripeTimes, stripePayments } from '@backline/stripe';
import { type Platform, START } from '../core/platform.ts';
import type { EventType } from './stripe-stand-in/objects.ts';
import { type StandInOptions, type StripeStandIn, stripeStandIn } from './stripe-stand-in/stripe-stand-in.ts';

export const WEBHOOK_SECRET = 'whsec_of_the_test';

/** What the issue has the platform listen to, and one type that it knows nothing of. */
export const EVENT_TYPES: readonly EventType[] = [
  'checkout.session.completed',
  'checkout.session.async_payment_succeeded',
  'checkout.session.async_payment_failed',
  'checkout.session.expired',
  'customer.subscription.created',
  'customer.subscription.updated',
  'customer.subscription.deleted',
  'customer.subscription.paused',
  'customer.subscription.resumed',
  'customer.subscription.trial_will_end',
  'invoice.paid',
  'invoice.payment_failed',
  'invoice.payment_action_required',
  'invoice.voided',
  'invoice.marked_uncollectible',
  'charge.refunded',
  'refund.created',
  'refund.updated',
  'refund.failed',
  'charge.dispute.created',
  'charge.dispute.funds_withdrawn',
  'charge.dispute.funds_reinstated',
  'charge.dispute.closed',
  'radar.early_fraud_warning.created',
  'account.updated',
  'transfer.reversed',
  'payment_intent.created',
];

export type StripeAdapter = {
  readonly standIn: StripeStandIn;
  readonly clock: SteppingClock;
  readonly gateway: PaymentGateway;
  readonly payoutGateway: PayoutGateway;
  readonly verifier: WebhookVerifier;
  readonly circuit: StripePayments['circuit'];
  readonly warnings: readonly string[];
};

type Given = Partial<Omit<StandInOptions, 'clock'>> & { readonly times?: Partial<StripeTimes> };

/** The adapter for Stripe as it is in production, and the stand-in that it takes for Stripe. */
export const openStripe = async ({ times, ...options }: Given = {}): Promise<StripeAdapter> => {
  const clock = steppingClock(START);
  const standIn = await stripeStandIn({
    clock,
    webhookSecrets: [WEBHOOK_SECRET],
    eventTypes: EVENT_TYPES,
    ...options,
  });
  const warnings: string[] = [];
  const { gateway, payoutGateway, verifier, circuit } = stripePayments({
    secretKey: standIn.secretKey,
    webhookSecrets: [WEBHOOK_SECRET],
    priceId: standIn.priceId,
    apiBase: standIn.url,
    publicUrl: 'https://app.example.com',
    clock,
    ...(times === undefined ? {} : { times }),
    warn: (message, detail) => void warnings.push(`${message} ${JSON.stringify(detail)}`),
  });
  return { standIn, clock, gateway, payoutGateway, verifier, circuit, warnings };
};

/** The whole core on memory, its payments at Stripe; `gateway` may stand between the core and the adapter. */
export const platformOn = (
  { clock, verifier, payoutGateway, gateway: adapter }: StripeAdapter,
  gateway: PaymentGateway = adapter,
): Platform => {
  const ports = memoryPorts({ clock, paymentGateway: gateway, payoutGateway, webhookVerifier: verifier });
  return { core: createCore(ports), ports, clock };
};
