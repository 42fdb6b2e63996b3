import type { AccountReader, SessionRepository, UserId, UserRepository } from '@backline/core/accounts';
import { err, invariant, ok } from '@backline/core/kernel';
import type { Drafts, Readable, Sequence } from './state.ts';

export const userRepository = ({ users }: Drafts, nextUserId: Sequence): UserRepository => ({
  nextId: async () => nextUserId() as UserId,
  find: async (id) => users.get(id) ?? null,
  findByEmail: async (address) => users.where('email', address)[0] ?? null,
  insert: async (user) => {
    invariant(users.get(user.id) === undefined, `user ${user.id} exists`);
    if (user.email !== null && users.where('email', user.email).length > 0) return err({ code: 'email_taken' });
    users.put(user);
    return ok(null);
  },
  save: async (user) => {
    if (users.get(user.id) !== undefined) users.put(user);
  },
});

export const sessionRepository = ({ sessions, tokens }: Drafts): SessionRepository => ({
  insert: async (session) => {
    invariant(sessions.get(session.id) === undefined, `session ${session.id} exists`);
    sessions.put(session);
  },
  insertToken: async (token) => {
    invariant(sessions.get(token.sessionId) !== undefined, `no session ${token.sessionId}`);
    invariant(tokens.get(token.digest) === undefined, 'a refresh token exists already');
    tokens.put({ ...token, usedAt: null });
  },
  findByToken: async (digest) => {
    const stored = tokens.get(digest);
    const session = stored === undefined ? undefined : sessions.get(stored.sessionId);
    if (stored === undefined || session === undefined) return null;
    const { usedAt: _, ...token } = stored;
    return { session, token };
  },
  markUsed: async (digest, at) => {
    const token = tokens.get(digest);
    if (token === undefined || token.usedAt !== null) return false;
    tokens.put({ ...token, usedAt: at });
    return true;
  },
  revoke: async (id, at) => {
    const session = sessions.get(id);
    if (session !== undefined && session.revokedAt === null) sessions.put({ ...session, revokedAt: at });
  },
  revokeAllOf: async (userId, at) => {
    for (const session of sessions.where('user', userId))
      if (session.revokedAt === null) sessions.put({ ...session, revokedAt: at });
  },
  deleteEndedBefore: async (at) => {
    const ended = sessions
      .all()
      .filter(({ expiresAt, revokedAt }) => expiresAt < at || (revokedAt !== null && revokedAt < at));
    for (const { id } of ended) {
      for (const { digest } of tokens.where('session', id)) tokens.remove(digest);
      sessions.remove(id);
    }
    return ended.length;
  },
});

export const accountReader = ({ users, sessions }: Readable): AccountReader => ({
  account: async (id) => {
    const user = users.get(id);
    if (user === undefined || user.email === null || user.erasedAt !== null) return null;
    return { userId: id, email: user.email, role: user.role, profile: user.profile, createdAt: user.createdAt };
  },
  sessionsOf: async (id) =>
    sessions
      .where('user', id)
      .toSorted((a, b) => a.createdAt - b.createdAt)
      .map(({ createdAt, expiresAt, revokedAt }) => ({ createdAt, expiresAt, revokedAt })),
  sessionIsLive: async (id, now) => {
    const session = sessions.get(id);
    if (session === undefined || session.revokedAt !== null || now >= session.expiresAt) return false;
    return users.get(session.userId)?.erasedAt === null;
  },
});
