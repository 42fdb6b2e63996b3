import { type InferEntity, LockMode, defineEntity, p } from '@mikro-orm/core';
import type { SqlEntityManager } from '@mikro-orm/sql';
import type { Email, ImageRef, Role, User, UserId, UserRepository } from '@backline/core/accounts';
import { err, ok } from '@backline/core/kernel';
import { instantOf, nextFrom, nullableDate, nullableInstant } from './columns.ts';

export const UserRow = defineEntity({
  name: 'UserRow',
  tableName: 'users',
  properties: {
    id: p.bigint('number').primary().autoincrement(false),
    email: p.text().nullable().unique(),
    role: p.text().$type<Role>(),
    passwordHash: p.text().nullable(),
    displayName: p.text().nullable(),
    bio: p.text().nullable(),
    avatar: p.text().nullable(),
    createdAt: p.datetime().columnType('timestamptz'),
    erasedAt: p.datetime().columnType('timestamptz').nullable(),
  },
});

const toRow = (user: User) => ({
  id: user.id as number,
  email: user.email as string | null,
  role: user.role,
  passwordHash: user.passwordHash,
  displayName: user.profile.displayName,
  bio: user.profile.bio,
  avatar: user.profile.avatar as string | null,
  createdAt: new Date(user.createdAt),
  erasedAt: nullableDate(user.erasedAt),
});

const fromRow = (row: InferEntity<typeof UserRow>): User => ({
  id: row.id as UserId,
  email: (row.email ?? null) as Email | null,
  role: row.role,
  passwordHash: row.passwordHash ?? null,
  profile: {
    displayName: row.displayName ?? null,
    bio: row.bio ?? null,
    avatar: (row.avatar ?? null) as ImageRef | null,
  },
  createdAt: instantOf(row.createdAt),
  erasedAt: nullableInstant(row.erasedAt),
});

export const userRepository = (em: SqlEntityManager): UserRepository => ({
  nextId: async () => (await nextFrom(em, 'user_id_seq')) as UserId,
  find: async (id) => {
    const row = await em.findOne(UserRow, { id }, { lockMode: LockMode.PESSIMISTIC_WRITE, disableIdentityMap: true });
    return row === null ? null : fromRow(row);
  },
  findByEmail: async (email) => {
    const row = await em.findOne(UserRow, { email }, { disableIdentityMap: true });
    return row === null ? null : fromRow(row);
  },
  insert: async (user) => {
    const inserted = await em
      .createQueryBuilder(UserRow)
      .insert(toRow(user))
      .onConflict('email')
      .ignore()
      .execute('run');
    return inserted.affectedRows === 1 ? ok(null) : err({ code: 'email_taken' });
  },
  save: async (user) => {
    await em.nativeUpdate(UserRow, { id: user.id }, toRow(user));
  },
});
