import type { ObjectRef, PayeeRef } from '@backline/core/subscriptions';

/** Where in an event of that type the object's id stands, and what the payload must say that it is. */
export type Place = {
  readonly kind: (ObjectRef | PayeeRef)['kind'];
  readonly object: string;
  readonly idField: string;
};

const checkout: Place = { kind: 'checkout', object: 'checkout.session', idField: 'id' };
const subscription: Place = { kind: 'subscription', object: 'subscription', idField: 'id' };
const invoice: Place = { kind: 'invoice', object: 'invoice', idField: 'id' };
const charge: Place = { kind: 'charge', object: 'charge', idField: 'id' };
const ofCharge = (object: string): Place => ({ kind: 'charge', object, idField: 'charge' });

const account: Place = { kind: 'payout-account', object: 'account', idField: 'id' };
const transfer: Place = { kind: 'transfer', object: 'transfer', idField: 'id' };

/** Everything that changes who may listen, what money there is, or who can be paid. */
export const PLACES: ReadonlyMap<string, Place> = new Map([
  ['checkout.session.completed', checkout],
  ['checkout.session.async_payment_succeeded', checkout],
  ['checkout.session.async_payment_failed', checkout],
  ['checkout.session.expired', checkout],
  ['customer.subscription.created', subscription],
  ['customer.subscription.updated', subscription],
  ['customer.subscription.deleted', subscription],
  ['customer.subscription.paused', subscription],
  ['customer.subscription.resumed', subscription],
  ['customer.subscription.trial_will_end', subscription],
  ['invoice.paid', invoice],
  ['invoice.payment_failed', invoice],
  ['invoice.payment_action_required', invoice],
  ['invoice.voided', invoice],
  ['invoice.marked_uncollectible', invoice],
  ['charge.refunded', charge],
  ['refund.created', ofCharge('refund')],
  ['refund.updated', ofCharge('refund')],
  ['refund.failed', ofCharge('refund')],
  ['charge.dispute.created', ofCharge('dispute')],
  ['charge.dispute.updated', ofCharge('dispute')],
  ['charge.dispute.funds_withdrawn', ofCharge('dispute')],
  ['charge.dispute.funds_reinstated', ofCharge('dispute')],
  ['charge.dispute.closed', ofCharge('dispute')],
  ['radar.early_fraud_warning.created', ofCharge('radar.early_fraud_warning')],
  ['radar.early_fraud_warning.updated', ofCharge('radar.early_fraud_warning')],
  ['account.updated', account],
  ['transfer.reversed', transfer],
]);
