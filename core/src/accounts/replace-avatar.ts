import { type Result, err, ok } from '../kernel/index.ts';
import type { ReplaceAvatarError } from './errors.ts';
import type { AccountPorts } from './ports.ts';
import type { ImageRef, UserId } from './user.ts';

/**
 * Keeps the picture, then points the profile at it; the previous one is removed by the worker, which also brings it to
 * where pictures stay where that did not answer.
 */
export const replaceAvatar =
  ({ uow, images, clock }: AccountPorts) =>
  async (userId: UserId, bytes: Uint8Array): Promise<Result<ImageRef, ReplaceAvatarError>> => {
    const stored = await images.put(bytes);
    if (!stored.ok) return stored;
    const settled = await images.settle(stored.value);
    const avatar = settled.ok && settled.value !== null ? settled.value : stored.value;

    const result = await uow.run(async ({ users, outbox }) => {
      const user = await users.find(userId);
      if (user === null || user.erasedAt !== null) return err({ code: 'user_not_found' as const });

      await users.save({ ...user, profile: { ...user.profile, avatar } });
      const previous = user.profile.avatar;
      if (previous !== null && previous !== avatar)
        await outbox.append({ type: 'accounts.avatar_replaced', userId, previous, occurredAt: clock.now() });
      if (!images.isSettled(avatar))
        await outbox.append({ type: 'accounts.avatar_pending', userId, avatar, occurredAt: clock.now() });
      return ok(avatar);
    });
    if (!result.ok) await images.remove(avatar);
    if (avatar !== stored.value) await images.remove(stored.value);
    return result;
  };
