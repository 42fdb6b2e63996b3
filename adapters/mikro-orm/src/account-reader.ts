import type { AccountReader, Email, ImageRef, Role, UserId } from '@backline/core/accounts';
import { type Instant, isoText } from '@backline/core/kernel';
import { type PlainPool, statement } from './pool.ts';

type AccountRow = {
  id: number;
  email: string;
  role: Role;
  display_name: string | null;
  bio: string | null;
  avatar: string | null;
  created_at: number;
};

const ACCOUNT = statement<AccountRow>(
  'account',
  `select id, email, role, display_name, bio, avatar, created_at from users where id = $1 and erased_at is null`,
);

const SESSIONS = statement<{ created_at: number; expires_at: number; revoked_at: number | null }>(
  'account_sessions',
  'select created_at, expires_at, revoked_at from session where user_id = $1 order by created_at, id',
);

const SESSION_IS_LIVE = statement<{ live: boolean }>(
  'session_is_live',
  `select true as live from session s join users u on u.id = s.user_id
   where s.id = $1 and s.revoked_at is null and s.expires_at > $2 and u.erased_at is null`,
);

export const accountReader = (pool: PlainPool): AccountReader => ({
  account: async (id) => {
    const [row] = await pool.query(ACCOUNT, [id]);
    if (row === undefined) return null;
    return {
      userId: row.id as UserId,
      email: row.email as Email,
      role: row.role,
      profile: { displayName: row.display_name, bio: row.bio, avatar: row.avatar as ImageRef | null },
      createdAt: row.created_at as Instant,
    };
  },
  sessionsOf: async (id) =>
    (await pool.query(SESSIONS, [id])).map((row) => ({
      createdAt: row.created_at as Instant,
      expiresAt: row.expires_at as Instant,
      revokedAt: row.revoked_at as Instant | null,
    })),
  sessionIsLive: async (id, now) => (await pool.query(SESSION_IS_LIVE, [id, isoText(now)])).length > 0,
});
