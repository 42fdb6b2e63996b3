import type { UserId } from '@backline/core/accounts';
import {
  PAGE_CSP,
  type SandboxDesk,
  renderCheckoutPage,
  renderOnboardingPage,
  renderPortalPage,
} from '@backline/sandbox-payments';

export type SandboxPage = {
  readonly userId: UserId;
  /** A whole document, to be sent under `contentSecurityPolicy`. */
  readonly html: string;
  readonly contentSecurityPolicy: string;
};

/** The sandbox's desk, and the pages that it shows to fans and artists. */
export type SandboxPages = SandboxDesk & {
  /** Null when there is no such session. */
  readonly page: (sessionId: string) => Promise<SandboxPage | null>;
  /** Null when there is no such visit. */
  readonly portalPage: (portalId: string) => Promise<SandboxPage | null>;
  /** Null when there is no such account. */
  readonly onboardingPage: (payeeId: string) => Promise<SandboxPage | null>;
};

export const sandboxPages = (desk: SandboxDesk): SandboxPages => ({
  ...desk,
  page: async (sessionId) => {
    const checkout = await desk.checkout(sessionId);
    return checkout && pageOf(checkout.userId, renderCheckoutPage(checkout));
  },
  portalPage: async (portalId) => {
    const portal = await desk.portal(portalId);
    return portal && pageOf(portal.userId, renderPortalPage(portal));
  },
  onboardingPage: async (payeeId) => {
    const onboarding = await desk.onboarding(payeeId);
    return onboarding && pageOf(onboarding.userId, renderOnboardingPage(onboarding));
  },
});

const pageOf = (userId: UserId, html: string): SandboxPage => ({ userId, html, contentSecurityPolicy: PAGE_CSP });
