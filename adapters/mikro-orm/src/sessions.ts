import { type InferEntity, LockMode, defineEntity, p } from '@mikro-orm/core';
import type { SqlEntityManager } from '@mikro-orm/sql';
import type { RefreshToken, Session, SessionId, SessionRepository, UserId } from '@backline/core/accounts';
import { instantOf, nullableDate, nullableInstant } from './columns.ts';
import { UserRow } from './users.ts';

export const SessionRow = defineEntity({
  name: 'SessionRow',
  tableName: 'session',
  properties: {
    id: p.uuid().primary(),
    user: () => p.manyToOne(UserRow).mapToPk().deleteRule('no action').updateRule('no action'),
    createdAt: p.datetime().columnType('timestamptz'),
    expiresAt: p.datetime().columnType('timestamptz').index('session_expires_at_index'),
    revokedAt: p.datetime().columnType('timestamptz').nullable(),
  },
});

export const RefreshTokenRow = defineEntity({
  name: 'RefreshTokenRow',
  tableName: 'refresh_token',
  properties: {
    digest: p.text().primary(),
    session: () => p.manyToOne(SessionRow).mapToPk().deleteRule('cascade').updateRule('no action'),
    expiresAt: p.datetime().columnType('timestamptz'),
    usedAt: p.datetime().columnType('timestamptz').nullable(),
  },
});

const toRow = (session: Session) => ({
  id: session.id as string,
  user: session.userId as number,
  createdAt: new Date(session.createdAt),
  expiresAt: new Date(session.expiresAt),
  revokedAt: nullableDate(session.revokedAt),
});

const fromRow = (row: InferEntity<typeof SessionRow>): Session => ({
  id: row.id as SessionId,
  userId: row.user as UserId,
  createdAt: instantOf(row.createdAt),
  expiresAt: instantOf(row.expiresAt),
  revokedAt: nullableInstant(row.revokedAt),
});

const tokenFromRow = (row: InferEntity<typeof RefreshTokenRow>): RefreshToken => ({
  digest: row.digest,
  sessionId: row.session as SessionId,
  expiresAt: instantOf(row.expiresAt),
});

export const sessionRepository = (em: SqlEntityManager): SessionRepository => ({
  insert: async (session) => {
    await em.insert(SessionRow, toRow(session));
  },
  insertToken: async (token) => {
    await em.insert(RefreshTokenRow, {
      digest: token.digest,
      session: token.sessionId as string,
      expiresAt: new Date(token.expiresAt),
      usedAt: null,
    });
  },
  findByToken: async (digest) => {
    const token = await em.findOne(RefreshTokenRow, { digest }, { disableIdentityMap: true });
    if (token === null) return null;
    const session = await em.findOneOrFail(
      SessionRow,
      { id: token.session as string },
      { lockMode: LockMode.PESSIMISTIC_WRITE, disableIdentityMap: true },
    );
    return { session: fromRow(session), token: tokenFromRow(token) };
  },
  markUsed: async (digest, at) =>
    (await em.nativeUpdate(RefreshTokenRow, { digest, usedAt: null }, { usedAt: new Date(at) })) === 1,
  revoke: async (id, at) => {
    await em.nativeUpdate(SessionRow, { id, revokedAt: null }, { revokedAt: new Date(at) });
  },
  revokeAllOf: async (userId, at) => {
    await em.nativeUpdate(SessionRow, { user: userId as number, revokedAt: null }, { revokedAt: new Date(at) });
  },
  deleteEndedBefore: (at) =>
    em.nativeDelete(SessionRow, {
      $or: [{ expiresAt: { $lt: new Date(at) } }, { revokedAt: { $lt: new Date(at) } }],
    }),
});
