import type { UserId } from '@backline/core/accounts';
import { CHECKOUT_PAGE_CSP, type SandboxDesk, renderCheckoutPage } from '@backline/sandbox-payments';

export type CheckoutPage = {
  readonly userId: UserId;
  /** A whole document, to be sent under `contentSecurityPolicy`. */
  readonly html: string;
  readonly contentSecurityPolicy: string;
};

/** The sandbox's desk, and the page that it shows to a fan. */
export type SandboxPages = SandboxDesk & {
  /** Null when there is no such session. */
  readonly page: (sessionId: string) => Promise<CheckoutPage | null>;
};

export const sandboxPages = (desk: SandboxDesk): SandboxPages => ({
  ...desk,
  page: async (sessionId) => {
    const checkout = await desk.checkout(sessionId);
    return checkout === null
      ? null
      : { userId: checkout.userId, html: renderCheckoutPage(checkout), contentSecurityPolicy: CHECKOUT_PAGE_CSP };
  },
});
