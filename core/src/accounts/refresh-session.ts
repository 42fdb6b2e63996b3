import { type Instant, type Result, err, ok } from '../kernel/index.ts';
import type { BadRefreshToken } from './errors.ts';
import { type SignedIn, grant } from './grant.ts';
import type { AccountPorts, AccountStores } from './ports.ts';
import { isLive, refreshTokenOf } from './session.ts';

type Outcome = { readonly kind: 'refreshed'; readonly signedIn: SignedIn } | { readonly kind: 'refused' };

const REFUSED: Outcome = { kind: 'refused' };

/** Rotates the token. A second use of one token revokes all its session's tokens, in a transaction that commits. */
export const refreshSession =
  (ports: AccountPorts) =>
  async (refreshToken: string): Promise<Result<SignedIn, BadRefreshToken>> => {
    const now = ports.clock.now();
    const outcome = await ports.uow.run(async (stores) => ok(await rotate(ports, stores, refreshToken, now)));
    return outcome.value.kind === 'refreshed' ? ok(outcome.value.signedIn) : err({ code: 'bad_refresh_token' });
  };

const rotate = async (
  ports: AccountPorts,
  { sessions, users, outbox }: AccountStores,
  refreshToken: string,
  now: Instant,
): Promise<Outcome> => {
  const digest = ports.secretTokens.digest(refreshToken);
  const found = await sessions.findByToken(digest);
  if (found === null) return REFUSED;
  const { session, token } = found;

  if (!(await sessions.markUsed(digest, now))) {
    await sessions.revoke(session.id, now);
    await outbox.append({
      type: 'accounts.session_compromised',
      userId: session.userId,
      sessionId: session.id,
      occurredAt: now,
    });
    return REFUSED;
  }
  const user = await users.find(session.userId);
  if (!isLive(session, now) || now >= token.expiresAt || user === null || user.erasedAt !== null) return REFUSED;

  const next = ports.secretTokens.mint();
  await sessions.insertToken(refreshTokenOf(session, ports.secretTokens.digest(next), now));
  return { kind: 'refreshed', signedIn: grant(ports, user, session, next, now) };
};
