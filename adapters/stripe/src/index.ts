export {
  type StripePayments,
  type StripePaymentsOptions,
  type StripeTimes,
  stripePayments,
} from './stripe-payments.ts';
