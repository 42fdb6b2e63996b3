import type { UserId } from '@backline/core/accounts';
import type { Result } from '@backline/core/kernel';

export type CheckoutRefused = {
  readonly code: 'unknown_session' | 'session_expired' | 'session_closed' | 'already_subscribed';
};
export type NoPayee = { readonly code: 'unknown_payee' };
export type NoSubscription = { readonly code: 'no_subscription' };

/** `html` is a whole document, to be sent under `contentSecurityPolicy`. */
export type SandboxPage = {
  readonly userId: UserId;
  readonly html: string;
  readonly contentSecurityPolicy: string;
};

/** What the routes need of a payment provider that is played on this machine. */
export type SandboxDesk = {
  /** Null when there is no such session. */
  readonly page: (sessionId: string) => Promise<SandboxPage | null>;
  /** Null when there is no such visit. */
  readonly portalPage: (portalId: string) => Promise<SandboxPage | null>;
  /** Null when there is no such account. */
  readonly onboardingPage: (payeeId: string) => Promise<SandboxPage | null>;
  readonly onboard: (payeeId: string) => Promise<Result<null, NoPayee>>;
  readonly pay: (sessionId: string) => Promise<Result<null, CheckoutRefused>>;
  readonly cancelCheckout: (sessionId: string) => Promise<Result<null, CheckoutRefused>>;
  /** At once unless told otherwise. */
  readonly cancelSubscription: (userId: UserId, when?: 'now' | 'period_end') => Promise<Result<null, NoSubscription>>;
  readonly resumeSubscription: (userId: UserId) => Promise<Result<null, NoSubscription>>;
  readonly becomePastDue: (userId: UserId) => Promise<Result<null, NoSubscription>>;
  readonly refund: (userId: UserId) => Promise<Result<null, NoSubscription>>;
};
