import { type Result, err, ok } from '../kernel/index.ts';
import type { UserNotFound } from './errors.ts';
import type { AccountPorts } from './ports.ts';
import type { Profile, User, UserId } from './user.ts';

/** What is undefined stays as it is. */
export type ProfileChanges = { readonly displayName?: string | null; readonly bio?: string | null };

export const editProfile =
  ({ uow }: AccountPorts) =>
  (userId: UserId, changes: ProfileChanges): Promise<Result<Profile, UserNotFound>> =>
    uow.run(async ({ users }) => {
      const user = await users.find(userId);
      if (user === null || user.erasedAt !== null) return err({ code: 'user_not_found' as const });

      const edited: User = { ...user, profile: { ...user.profile, ...changes } };
      await users.save(edited);
      return ok(edited.profile);
    });
