import { formed, headerFields, line, named, nullable, optional, yesOrNo } from './fields.ts';
import { problem, route } from './route.ts';
import { Time, Url } from './wire.ts';

export const Subscription = named('Subscription', {
  status: formed('^[a-z_]+$', 50, 'a subscription status', {
    description:
      "`none`, or the payment provider's own: incomplete, incomplete_expired, trialing, active, past_due, canceled, unpaid, paused; others may come.",
    examples: ['active'],
  }),
  active: yesOrNo({ description: 'Whether any track may be streamed now.' }),
  currentPeriodEnd: nullable(Time),
  cancelAtPeriodEnd: yesOrNo(),
});

const CheckoutSession = named('CheckoutSession', { sessionId: line(1, 255), url: Url });

export const startCheckout = route({
  method: 'post',
  path: '/payments/checkout',
  summary: 'Starts a subscription on a hosted page',
  tag: 'Payments',
  auth: 'signed-in',
  headers: headerFields({
    'idempotency-key': optional(
      formed('^[!-~]+$', 255, 'at most 255 printable ASCII characters without spaces', {
        description: 'The same key and body again: the first answer again; with another body: 409.',
      }),
    ),
  }),
  responses: { 200: CheckoutSession, 409: problem },
});

export const getSubscription = route({
  method: 'get',
  path: '/payments/subscription',
  summary: "The caller's subscription",
  tag: 'Payments',
  auth: 'signed-in',
  responses: { 200: Subscription },
});
