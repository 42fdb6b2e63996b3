import type { AsyncLocalStorage } from 'node:async_hooks';
import { Stripe } from 'stripe';

/** The version that this adapter was written against. */
const API_VERSION = '2026-10-28.endive';

/** @param apiBase `http://host:port`, or null for Stripe itself */
export const stripeClient = (
  secretKey: string,
  apiBase: string | null,
  timeoutMs: number,
  patience: AsyncLocalStorage<AbortSignal>,
): Stripe =>
  new Stripe(secretKey, {
    apiVersion: API_VERSION,
    timeout: timeoutMs,
    // Lost connections and conflicts of one idempotency key; all of them within the circuit's own time.
    maxNetworkRetries: 2,
    telemetry: false,
    httpClient: whileAwaited(Stripe.createNodeHttpClient(), patience),
    ...(apiBase === null ? {} : addressOf(new URL(apiBase))),
  });

/** The SDK would go on trying for whoever has left: half a minute of requests to a Stripe in trouble. */
const whileAwaited = (http: Stripe.HttpClient, patience: AsyncLocalStorage<AbortSignal>): Stripe.HttpClient => ({
  getClientName: () => http.getClientName(),
  makeRequest: async (...request) => {
    patience.getStore()?.throwIfAborted();
    return http.makeRequest(...request);
  },
});

const addressOf = ({ hostname, port, protocol }: URL): Stripe.StripeConfig => ({
  // A URL writes IPv6 in brackets, a socket does not.
  host: hostname.replace(/^\[(.*)\]$/, '$1'),
  port: port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port),
  protocol: protocol === 'https:' ? 'https' : 'http',
});
