import { createHmac, timingSafeEqual } from 'node:crypto';
import { type Instant, type Result, SECOND_MS, err, ok } from '@backline/core/kernel';
import type { BadSignature } from '@backline/core/subscriptions';

/*
 * The scheme of Stripe's webhooks, which others have taken over: a header `t=<Unix seconds>,v1=<hex>`, where v1 is
 * the HMAC-SHA256 of `<t>.<body>`. There may be several v1, one for each secret in force; other schemes (v0) are
 * passed over. Nothing here knows what the body says.
 */

/** The age that Stripe's own libraries allow. */
const MAX_AGE_S = 300;
/** The header tells whole seconds, rounded down; what is left is for two clocks that disagree a little. */
const MAX_LEAD_MS = 2 * SECOND_MS;
/** Room for some twenty signatures. */
const MAX_HEADER_LENGTH = 2_048;

const TIMESTAMP = /^\d{1,11}$/;
const SIGNATURE = /^[0-9a-f]{64}$/;

const hmac = (timestamp: string, body: Uint8Array, secret: string): Buffer =>
  createHmac('sha256', secret).update(`${timestamp}.`).update(body).digest();

/** The header for bytes that are sent at `at`. */
export const signatureHeader = (body: Uint8Array, secret: string, at: Instant): string => {
  const timestamp = String(Math.floor(at / SECOND_MS));
  return `t=${timestamp},v1=${hmac(timestamp, body, secret).toString('hex')}`;
};

/**
 * Whether one of `secrets` signed exactly these bytes, at most 300 s before `now` and at most 2 s after it.
 * The age counts only once the signature is good.
 */
export const checkSignature = (
  body: Uint8Array,
  header: string | undefined,
  secrets: readonly string[],
  now: Instant,
): Result<null, BadSignature> => {
  if (header === undefined || header === '') return fault('missing');
  const parsed = parseHeader(header);
  if (!parsed.ok) return parsed;
  const { timestamp, signatures } = parsed.value;

  const expected = secrets.map((secret) => hmac(timestamp, body, secret));
  const genuine = signatures.some((given) => expected.some((each) => timingSafeEqual(each, given)));
  if (!genuine) return fault('forged');
  return isTimely(Number(timestamp), now) ? ok(null) : fault('stale');
};

const isTimely = (signedAtS: number, now: Instant): boolean =>
  Math.floor(now / SECOND_MS) - signedAtS <= MAX_AGE_S && signedAtS * SECOND_MS - now <= MAX_LEAD_MS;

type Parsed = { readonly timestamp: string; readonly signatures: readonly Buffer[] };

/** `missing` without any v1; a v1 that can't be one counts as forged. */
const parseHeader = (header: string): Result<Parsed, BadSignature> => {
  if (header.length > MAX_HEADER_LENGTH) return fault('malformed');
  const values = (name: string): readonly string[] =>
    header.split(',').flatMap((item) => (item.startsWith(`${name}=`) ? [item.slice(name.length + 1)] : []));

  const [timestamp, second] = values('t');
  if (timestamp === undefined || second !== undefined || !TIMESTAMP.test(timestamp)) return fault('malformed');
  const given = values('v1');
  if (given.length === 0) return fault('missing');
  return ok({
    timestamp,
    signatures: given.filter((text) => SIGNATURE.test(text)).map((text) => Buffer.from(text, 'hex')),
  });
};

const fault = (reason: BadSignature['reason']): Result<never, BadSignature> => err({ code: 'bad_signature', reason });
