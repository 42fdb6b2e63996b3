import { named } from './fields.ts';
import { route } from './route.ts';
import { Url } from './wire.ts';

export const startOnboarding = route({
  method: 'post',
  path: '/payouts/onboarding',
  summary: 'Opens the page where the artist tells the payment provider how to pay them',
  tag: 'Payouts',
  auth: 'artist',
  responses: { 200: named('OnboardingLink', { url: Url }) },
});

/** Where the payment provider sends an artist back to. */
const returnPage = (path: `/${string}`, summary: string) =>
  route({
    method: 'get',
    path,
    summary,
    tag: 'Payouts',
    auth: 'public',
    responses: { 200: { carries: 'text', contentTypes: ['text/html; charset=utf-8'] } },
  });

export const showOnboarded = returnPage('/payouts/onboarding/done', 'A page that says that payouts are being set up');

export const showOnboardingExpired = returnPage(
  '/payouts/onboarding/expired',
  'A page that says that the link was used or is too old',
);
