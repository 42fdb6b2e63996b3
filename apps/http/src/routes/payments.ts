import {
  getSubscription,
  openPortal,
  receiveStripeEvent,
  showManaged,
  showNotPaid,
  showPaid,
  startCheckout,
} from '@backline/contracts/http';
import type { AlreadySubscribed, BadSignature, NotACustomer, PaymentsAway } from '@backline/core/subscriptions';
import type { Serve } from '../bind.ts';
import type { Dependencies } from '../dependencies.ts';
import { pageHeaders } from '../page-headers.ts';
import { PAYMENT_PAGES, PAYMENT_PAGE_CSP } from '../payment-pages.ts';
import { refusal } from '../refusal.ts';
import { subscriptionWire } from './subscription-wire.ts';

const CHECKOUT_STATUS = {
  already_subscribed: 409,
  payments_away: 503,
} as const satisfies Record<(AlreadySubscribed | PaymentsAway)['code'], number>;

const PORTAL_STATUS = {
  not_a_customer: 409,
  payments_away: 503,
} as const satisfies Record<(NotACustomer | PaymentsAway)['code'], number>;

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

  serve(openPortal, async (_input, reply, { caller }) => {
    const opened = await subscriptions.openPortal(caller.userId);
    if (opened.ok) return reply(200, { url: opened.value.url });
    const refused = refusal(PORTAL_STATUS, opened.error);
    return reply(refused.status, refused.body, refused.headers);
  });

  serve(showPaid, async (_input, reply) => reply(200, PAYMENT_PAGES.paid, pageHeaders(PAYMENT_PAGE_CSP)));
  serve(showNotPaid, async (_input, reply) => reply(200, PAYMENT_PAGES.notPaid, pageHeaders(PAYMENT_PAGE_CSP)));
  serve(showManaged, async (_input, reply) => reply(200, PAYMENT_PAGES.managed, pageHeaders(PAYMENT_PAGE_CSP)));

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
