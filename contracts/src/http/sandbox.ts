import { choice, formed, object } from './fields.ts';
import { problem, route } from './route.ts';

const checkoutParams = object({
  sessionId: formed('^[A-Za-z0-9_-]+$', 255, 'the id of a checkout session'),
});

export const showSandboxCheckout = route({
  method: 'get',
  path: '/sandbox/checkout/:sessionId',
  summary: 'The hosted checkout page of the payment sandbox; not in production',
  tag: 'Sandbox',
  auth: 'public',
  params: checkoutParams,
  responses: { 200: { carries: 'text', contentTypes: ['text/html; charset=utf-8'] }, 404: problem },
});

export const answerSandboxCheckout = route({
  method: 'post',
  path: '/sandbox/checkout/:sessionId',
  summary: "Presses one of the checkout page's two buttons; not in production",
  tag: 'Sandbox',
  auth: 'public',
  params: checkoutParams,
  form: object({ action: choice(['pay', 'cancel']) }),
  responses: { 303: { carries: 'nothing', headers: ['Location'] }, 404: problem, 409: problem },
});

const portalParams = object({ portalId: formed('^[A-Za-z0-9_-]+$', 255, 'the id of a visit to the portal') });

export const showSandboxPortal = route({
  method: 'get',
  path: '/sandbox/portal/:portalId',
  summary: "The payment sandbox's page to manage a subscription; not in production",
  tag: 'Sandbox',
  auth: 'public',
  params: portalParams,
  responses: { 200: { carries: 'text', contentTypes: ['text/html; charset=utf-8'] }, 404: problem },
});

export const answerSandboxPortal = route({
  method: 'post',
  path: '/sandbox/portal/:portalId',
  summary: "Presses the portal page's button; not in production",
  tag: 'Sandbox',
  auth: 'public',
  params: portalParams,
  form: object({ action: choice(['cancel', 'resume']) }),
  responses: { 303: { carries: 'nothing', headers: ['Location'] }, 404: problem },
});

const onboardingParams = object({ payeeId: formed('^[A-Za-z0-9_-]+$', 255, 'the id of a payout account') });

export const showSandboxOnboarding = route({
  method: 'get',
  path: '/sandbox/onboarding/:payeeId',
  summary: "The payment sandbox's page to set up payouts; not in production",
  tag: 'Sandbox',
  auth: 'public',
  params: onboardingParams,
  responses: { 200: { carries: 'text', contentTypes: ['text/html; charset=utf-8'] }, 404: problem },
});

export const answerSandboxOnboarding = route({
  method: 'post',
  path: '/sandbox/onboarding/:payeeId',
  summary: "Presses the onboarding page's button; not in production",
  tag: 'Sandbox',
  auth: 'public',
  params: onboardingParams,
  form: object({ action: choice(['onboard']) }),
  responses: { 303: { carries: 'nothing', headers: ['Location'] }, 404: problem },
});

export const cancelSandboxSubscription = route({
  method: 'post',
  path: '/sandbox/subscriptions/cancel',
  summary: "Plays the cancellation of the caller's subscription; not in production",
  tag: 'Sandbox',
  auth: 'signed-in',
  responses: { 204: 'empty', 404: problem },
});

export const failSandboxRenewal = route({
  method: 'post',
  path: '/sandbox/subscriptions/past-due',
  summary: "Plays a failed renewal of the caller's subscription; not in production",
  tag: 'Sandbox',
  auth: 'signed-in',
  responses: { 204: 'empty', 404: problem },
});

export const refundSandboxSubscription = route({
  method: 'post',
  path: '/sandbox/subscriptions/refund',
  summary: "Plays a refund of the caller's last payment; not in production",
  tag: 'Sandbox',
  auth: 'signed-in',
  responses: { 204: 'empty', 404: problem },
});
