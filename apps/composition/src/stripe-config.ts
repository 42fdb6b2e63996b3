import { ConfigError } from './config-error.ts';

export type StripeConfig = {
  readonly secretKey: string;
  /** The one in force, and while secrets are exchanged the other one. */
  readonly webhookSecrets: readonly string[];
  readonly priceId: string;
  /** Another host than Stripe's; null for Stripe's own. */
  readonly apiBase: string | null;
};

type Environment = { readonly [name: string]: string | undefined };

const MOST_SECRETS = 2;
const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/** Null without a key. All or nothing: a key without the rest could take money and never hear of it. */
export const readStripe = (env: Environment, production: boolean): StripeConfig | null => {
  const secretKey = env['STRIPE_SECRET_KEY'];
  if (!secretKey) {
    for (const name of ['STRIPE_WEBHOOK_SECRET', 'STRIPE_PRICE_ID', 'STRIPE_API_BASE'])
      if (env[name]) throw new ConfigError(`STRIPE_SECRET_KEY must be set where ${name} is`);
    return null;
  }
  if (!/^(sk|rk)_(test|live)_\w+$/.test(secretKey))
    throw new ConfigError('STRIPE_SECRET_KEY must be a secret or restricted key, such as sk_test_…');
  return {
    secretKey,
    webhookSecrets: webhookSecrets(env),
    priceId: priceId(env),
    apiBase: apiBase(env, production),
  };
};

const webhookSecrets = (env: Environment): readonly string[] => {
  const secrets = (env['STRIPE_WEBHOOK_SECRET'] ?? '').split(',').map((text) => text.trim());
  if (secrets.length > MOST_SECRETS || !secrets.every((secret) => /^whsec_\S{16,}$/.test(secret)))
    throw new ConfigError(
      'STRIPE_WEBHOOK_SECRET must be a signing secret of the form whsec_…, or two of them separated by a comma',
    );
  return secrets;
};

const priceId = (env: Environment): string => {
  const id = env['STRIPE_PRICE_ID'] ?? '';
  if (!/^price_\w+$/.test(id)) throw new ConfigError('STRIPE_PRICE_ID must be the id of a price, such as price_1Abc');
  return id;
};

const apiBase = (env: Environment, production: boolean): string | null => {
  const text = env['STRIPE_API_BASE'];
  if (!text) return null;
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !['http:', 'https:'].includes(url.protocol) || url.href !== `${url.origin}/`)
    throw new ConfigError('STRIPE_API_BASE must be an http or https URL without a path');
  if (url.protocol === 'http:' && (production || !LOOPBACK.test(url.hostname)))
    throw new ConfigError('STRIPE_API_BASE must be an https URL: the key is sent there');
  return url.origin;
};
