import { isUtf8 } from 'node:buffer';
import { type Instant, type Result, SECOND_MS, err, invariant, ok } from '@backline/core/kernel';
import type { BadSignature, WebhookEvent, WebhookVerifier } from '@backline/core/subscriptions';
import { Stripe } from 'stripe';
import type { Warn } from './warn.ts';
import { modeOf, webhookEventOf } from './webhook-event.ts';

/** docs.stripe.com/webhooks: what Stripe's own libraries allow. */
const MAX_AGE_S = 300;
/** The header tells whole seconds, rounded down; what is left is for two clocks that disagree a little. */
const MAX_LEAD_MS = 2 * SECOND_MS;
/** Room for some twenty signatures. */
const MAX_HEADER_LENGTH = 2_048;
/** The SDK checks the signature first; the age is judged here, by the platform's clock and of the future too. */
const ANY_AGE = Number.MAX_SAFE_INTEGER;

const UTF8_MARK = [0xef, 0xbb, 0xbf] as const;

export type Mode = 'live' | 'test';

/**
 * Events of the other mode are kept and done with: a live endpoint of Connect hears test mode's too, and what they are
 * about can't be asked for with this mode's key. Someone is told, since it may be the wrong endpoint's secret.
 *
 * @param secrets one, or while they are exchanged two; any of them is good
 * @param mode the secret key's
 */
export const stripeWebhookVerifier = (secrets: readonly string[], mode: Mode, warn: Warn): WebhookVerifier => ({
  verify: (body, signature, now) => {
    if (signature === undefined || signature === '') return fault('missing');
    const signedAt = timestampIn(signature);
    if (signedAt === null) return fault('malformed');
    if (!/(^|,)v1=/.test(signature)) return fault('missing');
    if (!isExactText(body) || !secrets.some((secret) => isSigned(body, signature, secret))) return fault('forged');
    if (!isTimely(signedAt, now)) return fault('stale');
    return readEvent(body, mode, warn);
  },
});

/** The SDK signs text: other bytes must not become the same text as those that were signed. */
const isExactText = (body: Uint8Array): boolean =>
  isUtf8(body) && !UTF8_MARK.every((byte, index) => body[index] === byte);

const isSigned = (body: Uint8Array, header: string, secret: string): boolean => {
  const { signature } = Stripe.webhooks;
  invariant(signature !== null, 'the SDK can check signatures here');
  try {
    return signature.verifyHeader(body, header, secret, ANY_AGE);
  } catch (thrown) {
    if (thrown instanceof Stripe.errors.StripeSignatureVerificationError) return false;
    throw thrown;
  }
};

/** Seconds; null without exactly one. */
const timestampIn = (header: string): number | null => {
  if (header.length > MAX_HEADER_LENGTH) return null;
  const [first, second] = header.split(',').filter((item) => item.startsWith('t='));
  if (first === undefined || second !== undefined || !/^t=\d{1,11}$/.test(first)) return null;
  return Number(first.slice(2));
};

const isTimely = (signedAtS: number, now: Instant): boolean =>
  Math.floor(now / SECOND_MS) - signedAtS <= MAX_AGE_S && signedAtS * SECOND_MS - now <= MAX_LEAD_MS;

const readEvent = (body: Uint8Array, mode: Mode, warn: Warn): Result<WebhookEvent, BadSignature> => {
  const said = parsed(body);
  const event = webhookEventOf(said);
  if (event === null) return fault('malformed');
  if (modeOf(said) === null || modeOf(said) === mode) return ok(event);
  warn("an event is not of the key's mode; nothing comes of it", { event: event.id, type: event.type, mode });
  return ok({ ...event, object: null });
};

/** Undefined for what is no JSON. */
const parsed = (body: Uint8Array): unknown => {
  try {
    return JSON.parse(new TextDecoder().decode(body));
  } catch (thrown) {
    if (thrown instanceof SyntaxError) return undefined;
    throw thrown;
  }
};

const fault = (reason: BadSignature['reason']): Result<never, BadSignature> => err({ code: 'bad_signature', reason });
