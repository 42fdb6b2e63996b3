import { afterEach, beforeEach } from '@jest/globals';
import { SECOND_MS, instant } from '@backline/core/kernel';
import { type SteppingClock, steppingClock } from '@backline/memory';
import { Stripe } from 'stripe';
import { type StandInOptions, type StripeStandIn, stripeStandIn } from './stripe-stand-in/stripe-stand-in.ts';

const START = instant(Date.parse('2026-01-31T12:00:00Z'));

/** An account at the stand-in, and the SDK that speaks to it. */
export type StripeAccount = {
  readonly clock: SteppingClock;
  readonly standIn: StripeStandIn;
  /** With the account's key; nothing is tried again. */
  readonly stripe: Stripe;
  readonly connect: (key?: string, settings?: Stripe.StripeConfig) => Stripe;
  /** Another account in the place of this one. */
  readonly open: (options?: Partial<StandInOptions>) => Promise<void>;
  readonly startSession: (params?: SessionParams) => Promise<Stripe.Checkout.Session>;
  readonly subscribe: (params?: SessionParams) => Promise<Subscribed>;
  /** Since the last time. */
  readonly typesSent: () => readonly string[];
};

type SessionParams = Partial<Stripe.Checkout.SessionCreateParams>;
type Subscribed = Readonly<Record<'session' | 'id' | 'customer' | 'invoice', string>>;

export const seconds = (text: string): number => Date.parse(text) / SECOND_MS;

/** What the SDK throws; an answer is a failure of the test. */
export const failing = async (promise: Promise<unknown>): Promise<Stripe.errors.StripeError> => {
  try {
    await promise;
  } catch (error) {
    if (error instanceof Stripe.errors.StripeError) return error;
    throw error;
  }
  throw new Error('it was answered');
};

/** Another one for each test. */
export const stripeAccount = (): StripeAccount => {
  let clock: SteppingClock;
  let standIn: StripeStandIn | null = null;
  let stripe: Stripe;
  const account = (): StripeStandIn => standIn!;

  const connect: StripeAccount['connect'] = (key = account().secretKey, settings = {}) =>
    new Stripe(key, {
      host: '127.0.0.1',
      port: account().port,
      protocol: 'http',
      maxNetworkRetries: 0,
      telemetry: false,
      ...settings,
    });
  const open: StripeAccount['open'] = async (options = {}) => {
    await standIn?.close();
    clock = steppingClock(START);
    standIn = await stripeStandIn({ clock, ...options });
    stripe = connect();
  };
  beforeEach(() => open());
  afterEach(() => account().close());

  const startSession: StripeAccount['startSession'] = async (params = {}) =>
    stripe.checkout.sessions.create({
      mode: 'subscription',
      customer: params.customer ?? (await stripe.customers.create({ email: 'fan@example.com' })).id,
      line_items: [{ price: account().priceId, quantity: 1 }],
      client_reference_id: '7',
      metadata: { userId: '7' },
      subscription_data: { metadata: { userId: '7' } },
      success_url: 'https://app.example.com/paid',
      cancel_url: 'https://app.example.com/cancelled',
      ...params,
    });
  return {
    get clock() {
      return clock;
    },
    get standIn() {
      return account();
    },
    get stripe() {
      return stripe;
    },
    connect,
    open,
    startSession,
    subscribe: async (params = {}) => {
      const { id: session } = await startSession(params);
      account().actions.payCheckout(session);
      const done = await stripe.checkout.sessions.retrieve(session);
      return {
        session,
        id: String(done.subscription),
        customer: String(done.customer),
        invoice: String(done.invoice),
      };
    },
    typesSent: () =>
      account()
        .webhooks.take()
        .map(({ event }) => event.type),
  };
};
