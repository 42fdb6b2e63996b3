export type AlreadySubscribed = { readonly code: 'already_subscribed' };
/** The provider has forgotten the customer, as when somebody deleted it there. */
export type CustomerGone = { readonly code: 'customer_gone' };
/** Has never paid, so there is nothing to manage. */
export type NotACustomer = { readonly code: 'not_a_customer' };
/** The payment provider did not answer as it should; nothing was lost, try again. */
export type PaymentsAway = { readonly code: 'payments_away'; readonly retryAfterMs: number };
/** Not signed by the payment provider, changed on the way, or not of our time. */
export type BadSignature = {
  readonly code: 'bad_signature';
  readonly reason: 'missing' | 'forged' | 'stale' | 'malformed';
};
export type EventNotFound = { readonly code: 'event_not_found' };
