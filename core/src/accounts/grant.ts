import { type Instant, MINUTE_MS, SECOND_MS, after } from '../kernel/index.ts';
import type { AccountPorts } from './ports.ts';
import type { Session } from './session.ts';
import type { User } from './user.ts';

/** http-api.md, Accounts: `exp` is 15 minutes. */
const ACCESS_TOKEN_LIFETIME_MS = 15 * MINUTE_MS;

export type SignedIn = {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly expiresInSeconds: number;
};

export const grant = (
  { accessTokens }: AccountPorts,
  user: User,
  session: Session,
  refreshToken: string,
  now: Instant,
): SignedIn => ({
  accessToken: accessTokens.issue(
    { userId: user.id, role: user.role, sessionId: session.id, expiresAt: after(now, ACCESS_TOKEN_LIFETIME_MS) },
    now,
  ),
  refreshToken,
  expiresInSeconds: ACCESS_TOKEN_LIFETIME_MS / SECOND_MS,
});
