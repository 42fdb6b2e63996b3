import type { UserId } from '../accounts/index.ts';
import type { Brand, Instant } from '../kernel/index.ts';

/** A UUID of ours; the provider's idempotency key for the attempt. */
export type CheckoutId = Brand<string, 'CheckoutId'>;

export type HostedCheckout = { readonly sessionId: string; readonly url: string; readonly expiresAt: Instant };

/** One attempt of a user to subscribe. */
export type Checkout = {
  readonly id: CheckoutId;
  readonly userId: UserId;
  readonly createdAt: Instant;
  /** Null until the provider has answered. */
  readonly hosted: HostedCheckout | null;
  /** Paid, cancelled or expired. */
  readonly closedAt: Instant | null;
};

export const isOpen = (checkout: Checkout, now: Instant): boolean =>
  checkout.closedAt === null && (checkout.hosted === null || now < checkout.hosted.expiresAt);
