import { type Result, err, ok } from '../kernel/index.ts';
import type { EraseAccountError } from './errors.ts';
import type { AccountPorts } from './ports.ts';
import { type UserId, erase } from './user.ts';

/** Ends sign-in and erases what names the person; the rest follows from the event. */
export const eraseAccount =
  ({ uow, clock, passwordHasher }: AccountPorts) =>
  async (userId: UserId, password: string): Promise<Result<null, EraseAccountError>> => {
    const found = await uow.run(async ({ users }) => ok(await users.find(userId)));
    if (found.value === null || found.value.erasedAt !== null) return err({ code: 'user_not_found' });
    const verified = await passwordHasher.verify(password, found.value.passwordHash);
    if (!verified.ok) return verified;
    if (!verified.value) return err({ code: 'bad_credentials' });

    return uow.run(async ({ users, sessions, outbox }) => {
      const user = await users.find(userId);
      if (user === null || user.erasedAt !== null) return err({ code: 'user_not_found' as const });
      const now = clock.now();
      await users.save(erase(user, now));
      await sessions.revokeAllOf(userId, now);
      await outbox.append({ type: 'accounts.user_erased', userId, avatar: user.profile.avatar, occurredAt: now });
      return ok(null);
    });
  };
