import { Stripe } from 'stripe';

const { webhooks } = new Stripe('sk_test_signing_only');

/**
 * The header `Stripe-Signature`: one timestamp, and one `v1` for each secret. While a secret is being replaced Stripe
 * signs with both (docs.stripe.com/webhooks#roll-endpoint-secrets).
 */
export const signatureOf = (payload: string, secrets: readonly string[], seconds: number): string => {
  const signatures = secrets.map((secret) =>
    webhooks.generateTestHeaderString({ payload, secret, timestamp: seconds }).replace(/^t=\d+,/, ''),
  );
  return [`t=${seconds}`, ...signatures].join(',');
};
