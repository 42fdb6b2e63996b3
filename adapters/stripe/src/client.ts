import { Stripe } from 'stripe';

/** The version that this adapter was written against. */
const API_VERSION = '2026-10-28.endive';

/** @param apiBase `http://host:port`, or null for Stripe itself */
export const stripeClient = (secretKey: string, apiBase: string | null, timeoutMs: number): Stripe =>
  new Stripe(secretKey, {
    apiVersion: API_VERSION,
    timeout: timeoutMs,
    // Lost connections and conflicts of one idempotency key; all of them within the circuit's own time.
    maxNetworkRetries: 2,
    telemetry: false,
    ...(apiBase === null ? {} : addressOf(new URL(apiBase))),
  });

const addressOf = ({ hostname, port, protocol }: URL): Stripe.StripeConfig => ({
  host: hostname,
  port: port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port),
  protocol: protocol === 'https:' ? 'https' : 'http',
});
