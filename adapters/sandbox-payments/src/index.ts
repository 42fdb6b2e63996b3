export { renderCheckoutPage } from './checkout-page.ts';
export type { Advanced, SandboxCheckout, SandboxDesk, SandboxPortal } from './desk.ts';
export type { Deliver, Delivered } from './event-delivery.ts';
export { PAGE_CSP } from './page.ts';
export { renderPortalPage } from './portal-page.ts';
export { type SandboxPayments, type SandboxPaymentsOptions, sandboxPayments } from './sandbox-payments.ts';
export type { PayError, SessionError } from './sessions.ts';
export { signatureHeader } from './signed-payload.ts';
export type { NoSubscription } from './subscribing.ts';
