import { type Result, ok } from '../kernel/index.ts';
import type { ImagesAway } from './errors.ts';
import type { AccountPorts } from './ports.ts';
import type { ImageRef, UserId } from './user.ts';

/** Brings an avatar to where pictures stay, if it is still the user's. Again changes nothing. */
export const settleAvatar =
  ({ uow, images, clock }: AccountPorts) =>
  async (userId: UserId, avatar: ImageRef): Promise<Result<null, ImagesAway>> => {
    const settled = await images.settle(avatar);
    if (!settled.ok) return settled;
    const { value: ref } = settled;
    if (ref === null || ref === avatar) return ok(null);
    const taken = await uow.run(async ({ users, outbox }) => {
      const user = await users.find(userId);
      if (user?.profile.avatar === ref) return ok(true);
      if (user?.profile.avatar !== avatar) return ok(false);
      await users.save({ ...user, profile: { ...user.profile, avatar: ref } });
      await outbox.append({ type: 'accounts.avatar_replaced', userId, previous: avatar, occurredAt: clock.now() });
      return ok(true);
    });
    if (!taken.value) await images.remove(ref);
    return ok(null);
  };
