import type { Claims, Role, UserId } from '@backline/core/accounts';
import { type Instant, SECOND_MS } from '@backline/core/kernel';
import { isSessionId } from './session-id.ts';

/** What a verified token gives, and from when: it must not hold before, however it comes to be asked for again. */
export type Grant = { readonly claims: Claims; readonly validFrom: Instant };

/** http-api.md, Accounts: `exp` is 15 minutes. */
export const MAX_LIFETIME_S = 900;
/** How far the clocks of two of our machines may be apart. */
export const CLOCK_TOLERANCE_S = 30;

const POSITIVE_INTEGER = /^[1-9]\d{0,15}$/;

/** Null unless the payload of a verified token has all that we put into one, in the shape we put it. */
export const grantOf = (payload: unknown, audience: string): Grant | null => {
  if (typeof payload !== 'object' || payload === null) return null;
  const { sub, role, sid, aud, jti, iat, exp, nbf = iat }: Readonly<Record<string, unknown>> = { ...payload };
  const userId = userIdOf(sub);
  if (userId === null || !isRole(role) || !isSessionId(sid)) return null;
  if (aud !== audience || typeof jti !== 'string' || jti === '') return null;
  if (!isSeconds(iat) || !isSeconds(exp) || !isSeconds(nbf)) return null;
  if (exp - iat > MAX_LIFETIME_S) return null;
  return {
    claims: Object.freeze({ userId, role, sessionId: sid, expiresAt: instantOf(exp) }),
    validFrom: instantOf(Math.max(iat, nbf) - CLOCK_TOLERANCE_S),
  };
};

export const inForce = ({ claims, validFrom }: Grant, now: Instant): boolean =>
  validFrom <= now && now < claims.expiresAt;

const isRole = (value: unknown): value is Role => value === 'FAN' || value === 'ARTIST';

const userIdOf = (sub: unknown): UserId | null => {
  if (typeof sub !== 'string' || !POSITIVE_INTEGER.test(sub)) return null;
  const id = Number(sub);
  return Number.isSafeInteger(id) ? (id as UserId) : null;
};

/** A NumericDate in whole seconds, small enough to be an instant in milliseconds. */
const isSeconds = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value * SECOND_MS) && Number.isInteger(value) && value > 0;

const instantOf = (seconds: number): Instant => (seconds * SECOND_MS) as Instant;
