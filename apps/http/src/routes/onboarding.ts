import { showOnboarded, showOnboardingExpired, startOnboarding } from '@backline/contracts/http';
import type { PaymentsAway } from '@backline/core/subscriptions';
import type { Serve } from '../bind.ts';
import type { Dependencies } from '../dependencies.ts';
import { pageHeaders } from '../page-headers.ts';
import { PAYMENT_PAGES, PAYMENT_PAGE_CSP } from '../payment-pages.ts';
import { refusal } from '../refusal.ts';

const ONBOARDING_STATUS = { payments_away: 503 } as const satisfies Record<PaymentsAway['code'], number>;

export const onboardingRoutes = (serve: Serve, { core }: Pick<Dependencies, 'core'>): void => {
  serve(startOnboarding, async (_input, reply, { caller }) => {
    const started = await core.payout.startOnboarding(caller.userId);
    if (started.ok) return reply(200, { url: started.value.url });
    const refused = refusal(ONBOARDING_STATUS, started.error);
    return reply(refused.status, refused.body, refused.headers);
  });

  serve(showOnboarded, async (_input, reply) => reply(200, PAYMENT_PAGES.onboarded, pageHeaders(PAYMENT_PAGE_CSP)));
  serve(showOnboardingExpired, async (_input, reply) =>
    reply(200, PAYMENT_PAGES.linkExpired, pageHeaders(PAYMENT_PAGE_CSP)),
  );
};
