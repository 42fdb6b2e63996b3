import { formed, headerFields, line, named, nullable, object, optional, yesOrNo } from './fields.ts';
import { problem, route } from './route.ts';
import { Time, Url } from './wire.ts';

const Dunning = named('Dunning', {
  since: Time,
  accessUntil: { ...Time, description: 'Any track may be streamed until then, paid or not.' },
  payUrl: nullable(Url),
});

export const Subscription = named('Subscription', {
  status: formed('^[a-z_]+$', 50, 'a subscription status', {
    description:
      "`none`, or the payment provider's own: incomplete, incomplete_expired, trialing, active, past_due, canceled, unpaid, paused; others may come.",
    examples: ['active'],
  }),
  active: yesOrNo({ description: 'Whether any track may be streamed now.' }),
  currentPeriodEnd: nullable(Time),
  cancelAtPeriodEnd: yesOrNo(),
  dunning: nullable(Dunning),
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

export const openPortal = route({
  method: 'post',
  path: '/payments/portal',
  summary: 'Opens the page where the subscription, the card and the invoices are managed',
  tag: 'Payments',
  auth: 'signed-in',
  responses: { 200: named('PortalSession', { url: Url }), 409: problem },
});

/** Where the payment provider sends a fan back to. */
const returnPage = (path: `/${string}`, summary: string) =>
  route({
    method: 'get',
    path,
    summary,
    tag: 'Payments',
    auth: 'public',
    query: object({ session_id: optional(line(1, 255)) }),
    responses: { 200: { carries: 'text', contentTypes: ['text/html; charset=utf-8'] } },
  });

export const showPaid = returnPage('/payments/success', 'A page that says that the subscription begins');

export const showNotPaid = returnPage('/payments/cancelled', 'A page that says that nothing was charged');

export const showManaged = returnPage('/payments/account', 'A page that says that changes take effect');

export const getSubscription = route({
  method: 'get',
  path: '/payments/subscription',
  summary: "The caller's subscription",
  tag: 'Payments',
  auth: 'signed-in',
  responses: { 200: Subscription },
});
