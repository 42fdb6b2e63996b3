import type { Brand, Instant } from '../kernel/index.ts';
import { DAY_MS, after } from '../kernel/index.ts';
import type { UserId } from './user.ts';

/** One sign-in and all the refresh tokens that descend from it. A UUID. */
export type SessionId = Brand<string, 'SessionId'>;

export type Session = {
  readonly id: SessionId;
  readonly userId: UserId;
  readonly createdAt: Instant;
  /** Absolute: rotation does not prolong it. */
  readonly expiresAt: Instant;
  readonly revokedAt: Instant | null;
};

/** Stored by digest; the token itself is known to its holder alone. */
export type RefreshToken = {
  readonly digest: string;
  readonly sessionId: SessionId;
  readonly expiresAt: Instant;
};

const SESSION_LIFETIME_MS = 90 * DAY_MS;
const REFRESH_TOKEN_LIFETIME_MS = 30 * DAY_MS;

export const openSession = (id: SessionId, userId: UserId, now: Instant): Session => ({
  id,
  userId,
  createdAt: now,
  expiresAt: after(now, SESSION_LIFETIME_MS),
  revokedAt: null,
});

export const isLive = (session: Session, now: Instant): boolean =>
  session.revokedAt === null && now < session.expiresAt;

export const refreshTokenOf = (session: Session, digest: string, now: Instant): RefreshToken => {
  const ownEnd = after(now, REFRESH_TOKEN_LIFETIME_MS);
  return { digest, sessionId: session.id, expiresAt: ownEnd < session.expiresAt ? ownEnd : session.expiresAt };
};
