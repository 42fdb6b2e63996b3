import { AsyncLocalStorage } from 'node:async_hooks';
import { type Clock, SECOND_MS, Unavailable } from '@backline/core/kernel';
import type { PayoutGateway } from '@backline/core/payout';
import type { PaymentGateway, WebhookVerifier } from '@backline/core/subscriptions';
import { type CircuitTimes, type StripeCircuit, stripeCircuit } from './circuit.ts';
import { stripeClient } from './client.ts';
import { stripePaymentGateway } from './gateway.ts';
import { stripePayoutGateway } from './payout-gateway.ts';
import type { Warn } from './warn.ts';
import { stripeWebhookVerifier } from './webhook-verifier.ts';

export type StripePaymentsOptions = {
  readonly secretKey: string;
  /** One, or while they are exchanged two. */
  readonly webhookSecrets: readonly string[];
  /** Of a month. */
  readonly priceId: string;
  /** `http://host:port` of an emulator; null for Stripe itself. */
  readonly apiBase: string | null;
  /** How a browser reaches the app, without a slash at its end. */
  readonly publicUrl: string;
  readonly clock: Clock;
  readonly warn: Warn;
  readonly times?: Partial<StripeTimes>;
};

export type StripeTimes = CircuitTimes & { readonly requestMs: number };

/** http-api.md: a checkout is answered within 12 s, whatever Stripe does. */
const TIMES: StripeTimes = { requestMs: 10 * SECOND_MS, callMs: 11 * SECOND_MS, openMs: 10 * SECOND_MS };

export type StripePayments = {
  readonly gateway: PaymentGateway;
  readonly payoutGateway: PayoutGateway;
  readonly verifier: WebhookVerifier;
  readonly circuit: Pick<StripeCircuit, 'state' | 'calls'>;
  /** Throws where Stripe does not answer, or does not take the key or know the price. */
  readonly check: () => Promise<void>;
};

/** Subscriptions by Stripe Billing and Checkout, payouts by Connect. */
export const stripePayments = (options: StripePaymentsOptions): StripePayments => {
  const { requestMs, ...circuitTimes } = { ...TIMES, ...options.times };
  const { secretKey, webhookSecrets, clock, warn } = options;
  const patience = new AsyncLocalStorage<AbortSignal>();
  const stripe = stripeClient(secretKey, options.apiBase, requestMs, patience);
  const circuit = stripeCircuit(circuitTimes, patience, secretKey, warn);
  return {
    gateway: stripePaymentGateway({ stripe, circuit, shop: options, clock, warn }),
    payoutGateway: stripePayoutGateway({ stripe, circuit, publicUrl: options.publicUrl, clock, warn }),
    verifier: stripeWebhookVerifier(webhookSecrets, /^[rs]k_live_/.test(secretKey) ? 'live' : 'test', warn),
    circuit: { state: circuit.state, calls: circuit.calls },
    check: async () => {
      const price = await circuit.ask(() => stripe.prices.retrieve(options.priceId));
      if (!price.ok) throw new Unavailable('Stripe');
      if (price.value === null) throw new Error(`Stripe has no price ${options.priceId}`);
    },
  };
};
