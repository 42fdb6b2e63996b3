import type { Stripe } from 'stripe';

/** As it travels: what refers to another object is that object's id. */
type ById<T, Refs extends keyof T> = Omit<T, Refs> & { [K in Refs]: Extract<T[K], string | null> };

/** The SDK turns decimals into objects of its own; over the wire they are text. */
type DecimalText<T, Decimals extends keyof T> = Omit<T, Decimals> & { [K in Decimals]: string };

export type Customer = Stripe.Customer;
export type DeletedCustomer = Stripe.DeletedCustomer;

export type Price = DecimalText<ById<Stripe.Price, 'product'>, 'unit_amount_decimal'> & {
  unit_amount: number;
  recurring: Stripe.Price.Recurring;
};
export type Plan = DecimalText<Stripe.Plan, 'amount_decimal'>;

export type CheckoutSession = ById<Stripe.Checkout.Session, 'customer' | 'invoice' | 'subscription'>;

export type SubscriptionItem = Omit<Stripe.SubscriptionItem, 'plan' | 'price' | 'quantity'> & {
  plan: Plan;
  price: Price;
  quantity: number;
};
export type Subscription = Omit<ById<Stripe.Subscription, 'customer' | 'latest_invoice'>, 'items' | 'customer'> & {
  customer: string;
  items: Stripe.ApiList<SubscriptionItem>;
};

export type InvoiceLine = Omit<Stripe.InvoiceLineItem, 'pricing' | 'quantity_decimal' | 'subscription'> & {
  pricing: { type: 'price_details'; price_details: { price: string; product: string }; unit_amount_decimal: string };
  quantity_decimal: string;
  subscription: string | null;
};
export type Invoice = Omit<ById<Stripe.Invoice, 'customer'>, 'customer' | 'lines' | 'payments'> & {
  customer: string;
  lines: Stripe.ApiList<InvoiceLine>;
};
export type InvoicePayment = Omit<Stripe.InvoicePayment, 'invoice' | 'payment'> & {
  invoice: string;
  payment: { type: 'payment_intent'; payment_intent: string };
};

export type PaymentIntent = ById<Stripe.PaymentIntent, 'latest_charge' | 'customer'>;
export type Charge = Omit<ById<Stripe.Charge, 'balance_transaction' | 'customer' | 'payment_intent'>, 'refunds'>;
export type BalanceTransaction = ById<Stripe.BalanceTransaction, 'source'>;
export type Refund = Omit<ById<Stripe.Refund, 'balance_transaction' | 'payment_intent'>, 'charge'> & { charge: string };
export type Dispute = Omit<ById<Stripe.Dispute, 'payment_intent'>, 'charge' | 'balance_transactions'> & {
  charge: string;
  balance_transactions: BalanceTransaction[];
};
export type FraudWarning = Omit<Stripe.Radar.EarlyFraudWarning, 'charge' | 'payment_intent'> & {
  charge: string;
  payment_intent?: string;
};

export type PortalSession = Stripe.BillingPortal.Session;

export type EventType = Stripe.Event['type'];
export type StripeEvent = Omit<Stripe.EventBase, 'type' | 'data'> & {
  type: EventType;
  data: { object: EventObject; previous_attributes?: object };
};
/** As an event carries it: whole, but nothing expanded. */
export type EventObject = { readonly object: string; readonly [member: string]: unknown };

export const listOf = <T>(data: T[], url: string): Stripe.ApiList<T> => ({
  object: 'list',
  data,
  has_more: false,
  url,
});

export type { Stripe };
