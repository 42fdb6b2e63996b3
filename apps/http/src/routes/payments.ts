import { getSubscription, receiveStripeEvent, startCheckout } from '@backline/contracts/http';
import type { AlreadySubscribed, BadSignature, PaymentsAway } from '@backline/core/subscriptions';
import type { Serve } from '../bind.ts';
import type { Dependencies } from '../dependencies.ts';
import { refusal } from '../refusal.ts';
import { subscriptionWire } from './subscription-wire.ts';

const CHECKOUT_STATUS = {
  already_subscribed: 409,
  payments_away: 503,
} as const satisfies Record<(AlreadySubscribed | PaymentsAway)['code'], number>;

const WEBHOOK_STATUS = { bad_signature: 400 } as const satisfies Record<BadSignature['code'], number>;

export const paymentRoutes = (serve: Serve, { core }: Dependencies): void => {
  const { subscriptions } = core;

  // There is no body that could differ, and one open checkout a user: any Idempotency-Key is kept without storing it.
  serve(startCheckout, async (_input, reply, { caller }) => {
    const started = await subscriptions.startCheckout(caller.userId);
    if (started.ok) return reply(200, { sessionId: started.value.sessionId, url: started.value.url });
    const refused = refusal(CHECKOUT_STATUS, started.error);
    return reply(refused.status, refused.body, refused.headers);
  });

  serve(getSubscription, async (_input, reply, { caller }) =>
    reply(200, subscriptionWire(await subscriptions.current(caller.userId))),
  );

  serve(receiveStripeEvent, async ({ headers }, reply, { rawBody }) => {
    const received = await subscriptions.receiveWebhook(rawBody, headers['stripe-signature']);
    if (received.ok) return reply(200, { received: true });
    const refused = refusal(WEBHOOK_STATUS, received.error);
    return reply(refused.status, refused.body);
  });
};
