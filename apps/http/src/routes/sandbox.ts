import {
  answerSandboxCheckout,
  answerSandboxOnboarding,
  answerSandboxPortal,
  cancelSandboxSubscription,
  failSandboxRenewal,
  refundSandboxSubscription,
  showSandboxCheckout,
  showSandboxOnboarding,
  showSandboxPortal,
} from '@backline/contracts/http';
import type { UserId } from '@backline/core/accounts';
import type { SubscriptionSnapshot } from '@backline/core/subscriptions';
import type { Serve } from '../bind.ts';
import type { Dependencies } from '../dependencies.ts';
import { pageHeaders } from '../page-headers.ts';
import { type Refused, problem } from '../refusal.ts';
import type { CheckoutRefused, NoSubscription, SandboxDesk } from '../sandbox-desk.ts';

const NO_SESSION = problem(404, 'not-found', 'There is no such checkout', 'There is no checkout session with this id.');

const NO_PORTAL = problem(404, 'not-found', 'There is no such page', 'The page was never opened, or its hour is over.');

const NO_PAYEE = problem(404, 'not-found', 'There is no such page', 'There is no payout account with this id.');

const CHECKOUT_REFUSALS = {
  unknown_session: NO_SESSION,
  session_expired: problem(409, 'checkout-closed', 'The checkout is closed', 'The checkout session has expired.'),
  session_closed: problem(409, 'checkout-closed', 'The checkout is closed', 'The checkout was answered otherwise.'),
  already_subscribed: problem(
    409,
    'already-subscribed',
    'You are subscribed',
    'There is a subscription in force already.',
  ),
} as const satisfies Record<CheckoutRefused['code'], Refused<number>>;

const SUBSCRIPTION_REFUSALS = {
  no_subscription: problem(404, 'no-subscription', 'There is no subscription', 'There is nothing here to do that to.'),
} as const satisfies Record<NoSubscription['code'], Refused<number>>;

/** How long an answer waits for the worker to apply what the provider has told. */
const MAX_WAIT_MS = 2_000;
const LOOK_EVERY_MS = 50;

type Current = (SubscriptionSnapshot & { readonly entitling: boolean }) | null;

export const sandboxRoutes = (serve: Serve, desk: SandboxDesk, { core, wait }: Dependencies): void => {
  /** Resolves when it is so, or at the end of the patience: the worker applies it later then. */
  const untilApplied = async (userId: UserId, isSo: (current: Current) => boolean): Promise<void> => {
    for (let waited = 0; waited < MAX_WAIT_MS; waited += LOOK_EVERY_MS) {
      if (isSo(await core.subscriptions.current(userId))) return;
      await wait(LOOK_EVERY_MS);
    }
  };

  serve(showSandboxCheckout, async ({ params }, reply) => {
    const page = await desk.page(params.sessionId);
    return page === null
      ? reply(NO_SESSION.status, NO_SESSION.body)
      : reply(200, page.html, pageHeaders(page.contentSecurityPolicy));
  });

  serve(answerSandboxCheckout, async ({ params: { sessionId }, form }, reply) => {
    const page = await desk.page(sessionId);
    if (page === null) return reply(NO_SESSION.status, NO_SESSION.body);
    const answered = form.action === 'pay' ? await desk.pay(sessionId) : await desk.cancelCheckout(sessionId);
    if (!answered.ok) {
      const refused = CHECKOUT_REFUSALS[answered.error.code];
      return reply(refused.status, refused.body);
    }
    if (form.action === 'pay') await untilApplied(page.userId, (current) => current?.entitling === true);
    return reply(303, null, { Location: `/sandbox/checkout/${sessionId}` });
  });

  serve(showSandboxPortal, async ({ params }, reply) => {
    const page = await desk.portalPage(params.portalId);
    return page === null
      ? reply(NO_PORTAL.status, NO_PORTAL.body)
      : reply(200, page.html, pageHeaders(page.contentSecurityPolicy));
  });

  serve(answerSandboxPortal, async ({ params: { portalId }, form }, reply) => {
    const page = await desk.portalPage(portalId);
    if (page === null) return reply(NO_PORTAL.status, NO_PORTAL.body);
    const isEnding = form.action === 'cancel';
    const answered = isEnding
      ? await desk.cancelSubscription(page.userId, 'period_end')
      : await desk.resumeSubscription(page.userId);
    if (!answered.ok) {
      const refused = SUBSCRIPTION_REFUSALS[answered.error.code];
      return reply(refused.status, refused.body);
    }
    await untilApplied(page.userId, (current) => current?.cancelAtPeriodEnd === isEnding);
    return reply(303, null, { Location: `/sandbox/portal/${portalId}` });
  });

  serve(showSandboxOnboarding, async ({ params }, reply) => {
    const page = await desk.onboardingPage(params.payeeId);
    return page === null
      ? reply(NO_PAYEE.status, NO_PAYEE.body)
      : reply(200, page.html, pageHeaders(page.contentSecurityPolicy));
  });

  serve(answerSandboxOnboarding, async ({ params: { payeeId } }, reply) => {
    const onboarded = await desk.onboard(payeeId);
    return onboarded.ok
      ? reply(303, null, { Location: `/sandbox/onboarding/${payeeId}` })
      : reply(NO_PAYEE.status, NO_PAYEE.body);
  });

  serve(cancelSandboxSubscription, async (_input, reply, { caller }) => {
    const cancelled = await desk.cancelSubscription(caller.userId);
    if (cancelled.ok) {
      await untilApplied(caller.userId, (current) => current?.entitling !== true);
      return reply(204, null);
    }
    const refused = SUBSCRIPTION_REFUSALS[cancelled.error.code];
    return reply(refused.status, refused.body);
  });

  serve(failSandboxRenewal, async (_input, reply, { caller }) => {
    const failed = await desk.becomePastDue(caller.userId);
    if (failed.ok) {
      await untilApplied(caller.userId, (current) => current?.status === 'past_due');
      return reply(204, null);
    }
    const refused = SUBSCRIPTION_REFUSALS[failed.error.code];
    return reply(refused.status, refused.body);
  });

  serve(refundSandboxSubscription, async (_input, reply, { caller }) => {
    const refunded = await desk.refund(caller.userId);
    if (refunded.ok) return reply(204, null);
    const refused = SUBSCRIPTION_REFUSALS[refunded.error.code];
    return reply(refused.status, refused.body);
  });
};
